package dev.passcourier.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.ledger.RequestStatus;
import dev.passcourier.ledger.WaitingWork;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where things are.
 *
 * @param at           when that was so
 * @param running      whether a running service says it
 * @param request      the request that was asked about, or null
 * @param batches      the batches that were asked about, newest first; of everything those that are not reported yet
 * @param schedules    the schedules that were asked about, or all
 * @param accounts     of everything, what waits by account
 * @param destinations of everything, what waits by destination
 * @param nodes        of everything, the nodes on a ledger in PostgreSQL
 * @param problems     what the running service's checks found, by their names, as far as it concerns the answer
 * @param near         if nothing was found, what there is of similar names
 * @param unknown      if there is no such account or destination: which, and what may have been meant
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record StatusAnswer(
        Instant at,
        boolean running,
        @Nullable RequestStatus request,
        @Nullable List<BatchStatus> batches,
        @Nullable List<ScheduleStatus> schedules,
        @Nullable List<WaitingWork> accounts,
        @Nullable List<WaitingWork> destinations,
        @Nullable List<NodeStatus> nodes,
        @Nullable Map<String, String> problems,
        @Nullable List<String> near,
        @Nullable String unknown) {

    /** Copies what there is. */
    public StatusAnswer {
        batches = batches == null ? List.of() : List.copyOf(batches);
        schedules = schedules == null ? List.of() : List.copyOf(schedules);
        accounts = accounts == null ? List.of() : List.copyOf(accounts);
        destinations = destinations == null ? List.of() : List.copyOf(destinations);
        nodes = nodes == null ? List.of() : List.copyOf(nodes);
        problems = problems == null ? Map.of() : Map.copyOf(problems);
        near = near == null ? List.of() : List.copyOf(near);
    }

    /** Whether what was asked about is not on record. */
    @JsonIgnore
    public boolean isNothing() {
        return request == null && batches.isEmpty() && schedules.isEmpty();
    }
}

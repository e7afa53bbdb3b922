package dev.passcourier.killloop;

import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.TencentGseSandbox;
import java.util.List;

/**
 * A request and how it must end.
 *
 * @param id        of the request
 * @param account   that is asked
 * @param instance  whose password it is
 * @param deliverTo aliases
 * @param verdict   its end
 */
record Ask(String id, String account, String instance, List<String> deliverTo, Verdict verdict) {

    static final String CSV_HEADER = "id,account,instance,parameters.fleetId,deliverTo";

    String json() {
        String fleet = fleet().isEmpty() ? "" : ",\"parameters\":{\"fleetId\":\"" + fleet() + "\"}";
        return "{\"id\":\"" + id + "\",\"account\":\"" + account + "\",\"instance\":\"" + instance + "\"" + fleet
                + ",\"deliverTo\":[\"" + String.join("\",\"", deliverTo) + "\"]}";
    }

    /** A line below {@link #CSV_HEADER}. */
    String csv() {
        return id + "," + account + "," + instance + "," + fleet() + "," + String.join(" ", deliverTo);
    }

    private String fleet() {
        return account.equals("gse") ? TencentGseSandbox.FLEET : "";
    }

    boolean isPoison() {
        return id.startsWith(KillPoints.POISON);
    }
}

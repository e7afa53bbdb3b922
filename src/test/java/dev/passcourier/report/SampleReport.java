package dev.passcourier.report;

import dev.passcourier.report.CredentialReport.Account;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.HandOver;
import dev.passcourier.report.CredentialReport.Recipient;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReport.Trail;
import dev.passcourier.report.CredentialReport.TrendPoint;
import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.PasswordQuality;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A credential report over machines in four accounts, with every state and every finding in it. */
public final class SampleReport {

    static final Instant PLANNED = Instant.parse("2026-11-29T23:00:00Z");

    /** Names as people give them, and as somebody gives them who means harm. */
    static final List<String> NAMES = List.of(
            "결제-서버-1",
            "회계 데이터베이스",
            "测试数据库-02",
            "生产环境网关",
            "win-build-7",
            "Gateway (Zürich)",
            "</td><script>document.title='hacked'</script>",
            "=HYPERLINK(\"http://evil.example\",\"x\")",
            "\u202egnp.exe",
            "emoji-\ud83d\ude80-box");

    private static final List<Account> ACCOUNTS = List.of(
            new Account("kakao-prod", "kakaocloud", null, null),
            new Account("huawei-seoul", "huawei-ecs", null, null),
            new Account("zstack-lab", "zstack", null, null),
            new Account("tencent-game", "tencent-gse", "IAM_401", "The cloud does not know the account's key."));

    private SampleReport() {}

    /** The report over so many machines, the same at every call. */
    public static CredentialReport of(int machines) {
        return of(
                machines, new Trail(48211, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), 40000);
    }

    /** The same, resting on a trail whose records of the inspections begin at a number. */
    public static CredentialReport of(int machines, Trail trail, long first) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < machines; i++) {
            rows.add(row(i, first + i));
        }
        List<TrendPoint> trend = new ArrayList<>();
        for (int week = 7; week >= 0; week--) {
            trend.add(new TrendPoint(
                    "weekly@" + (40 - week),
                    PLANNED.minus(Duration.ofDays(7L * week)),
                    Map.of(State.RETRIEVABLE, machines - 5 - 3 * week, State.GONE, 2 + week),
                    machines / 4 + 4 * week));
        }
        return new CredentialReport(
                "weekly",
                "weekly@2026-11-29T23:00:00Z",
                "0.1.0",
                PLANNED,
                PLANNED.plusSeconds(1),
                PLANNED.plusSeconds(312),
                PLANNED.plusSeconds(1800),
                ZoneId.of("Asia/Seoul"),
                "weekly@2026-11-22T23:00:00Z",
                trail,
                ACCOUNTS,
                rows,
                List.of(
                        new Recipient(
                                "ops-mail",
                                "RSA 2048",
                                "fV3Qn0T2mYwK5s8n1uYgq7m4Zr0oX9dJ6cLh2bPaE1I",
                                PLANNED.plus(Duration.ofDays(12)),
                                Set.of(Finding.RECIPIENT_KEY_EXPIRING)),
                        new Recipient(
                                "legacy-mail",
                                "RSA 1024",
                                "Yq0jsq9JC37Voay12XCnlG1xYq0jsq9JC37Voay12XC",
                                null,
                                Set.of(Finding.RECIPIENT_KEY_WEAK))),
                List.of(
                        change(1, Change.Kind.PASSWORD, null, null),
                        change(2, Change.Kind.FOUND, null, "REUSED"),
                        change(6, Change.Kind.STATE, "NOT_THERE_YET", "RETRIEVABLE"),
                        change(13, Change.Kind.REMOVED, "GONE", null)),
                trend);
    }

    static String instance(int i) {
        return "i-%05d".formatted(i);
    }

    static String name(int i) {
        return i < NAMES.size() ? NAMES.get(i) : i % 3 == 0 ? "서버-" + i : i % 3 == 1 ? "主机-" + i : "server-" + i;
    }

    private static Change change(int i, Change.Kind kind, String was, String is) {
        return new Change(ACCOUNTS.get(i % 4).id(), instance(i), name(i), kind, was, is);
    }

    private static Row row(int i, long sequence) {
        State state = state(i);
        boolean seen = state == State.RETRIEVABLE;
        Set<Finding> findings = findings(i, state);
        return new Row(
                ACCOUNTS.get(i % 4).id(),
                instance(i),
                name(i),
                state,
                seen ? null : "CODE_" + state,
                state == State.NOT_INSPECTED ? "The account was refused before its turn came." : null,
                seen
                        ? new KeyInfo("seoul-2026", "RSA", 2048, "SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE")
                        : null,
                seen
                        ? new PasswordQuality(
                                findings.contains(Finding.WEAK)
                                        ? PasswordQuality.Length.FROM_8
                                        : PasswordQuality.Length.FROM_16,
                                findings.contains(Finding.WEAK)
                                        ? PasswordQuality.Strength.WEAK
                                        : PasswordQuality.Strength.STRONG)
                        : null,
                seen ? PLANNED.minus(Duration.ofDays(3L + i * 7 % 500)) : null,
                seen && i % 9 != 0 ? PLANNED.minus(Duration.ofDays(2L + i * 7 % 500)) : null,
                i == 1,
                findings.contains(Finding.REUSED) ? i < 12 ? "A" : "B" : null,
                findings.contains(Finding.NEVER_COLLECTED) || !seen
                        ? null
                        : new HandOver(
                                "kim@example.com",
                                "ops may ask for production",
                                "vault-webhook",
                                PLANNED.minus(Duration.ofDays(30 + i % 60))),
                state == State.NOT_INSPECTED ? null : "inspect-" + i,
                state == State.NOT_INSPECTED ? null : sequence,
                findings);
    }

    private static State state(int i) {
        return switch (i % 40) {
            case 14 -> State.NOT_THERE_YET;
            case 15, 16 -> State.NO_PASSWORD;
            case 17 -> State.WRONG_KEY;
            case 18 -> State.GONE;
            case 19 -> State.DENIED;
            case 20 -> State.FAILED;
            case 21 -> State.NOT_INSPECTED;
            default -> State.RETRIEVABLE;
        };
    }

    private static Set<Finding> findings(int i, State state) {
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        switch (state) {
            case WRONG_KEY -> findings.add(Finding.WRONG_KEY);
            case GONE -> findings.add(Finding.GONE);
            case DENIED -> findings.add(Finding.DENIED);
            case NOT_INSPECTED -> findings.add(Finding.NOT_INSPECTED);
            case RETRIEVABLE -> {
                if (i >= 2 && i < 6 || i == 40 || i == 41) {
                    findings.add(Finding.REUSED);
                }
                if (i % 40 == 6) {
                    findings.add(Finding.WEAK);
                }
                if (i % 40 == 7) {
                    findings.add(Finding.WEAK_KEY);
                }
                if (i % 40 == 8) {
                    findings.add(Finding.UNCHANGED);
                }
                if (i % 40 == 9) {
                    findings.add(Finding.STILL_AT_CLOUD);
                }
                if (i % 40 == 10) {
                    findings.add(Finding.NEVER_COLLECTED);
                }
            }
            default -> {}
        }
        return findings;
    }
}

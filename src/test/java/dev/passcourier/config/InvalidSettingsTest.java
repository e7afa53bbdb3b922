package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidSettingsTest {

    private static final String CANARY = "CANARY-literal-7d20";
    private static final Pattern SECRET = Pattern.compile("\"\\{\\{(env:SECRET|file:secrets/nimbus)}}\"");

    @TempDir
    private Path home;

    private SettingsBench bench;

    @BeforeEach
    void layOut() throws Exception {
        bench = new SettingsBench(home);
    }

    /** What stands in the good file, what to write in its place, and every finding: line, column, key, message, hint. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        "minFreeSpace: 2GiB",
                        "minFreeSpace: 39MiB",
                        "1:150 service.minFreeSpace: is too little for the embedded broker, whose journal grows by"
                                + " files of 10 MiB: it would stop for want of room; at least 40MiB"),
                mistake(
                        "recipients:\n",
                        "recipients:\n  none: {key: recipients/ops.jwk}\n",
                        "27:3 recipients.none: takes a name that means no seal; choose another name"),
                mistake(
                        "    - {name: all",
                        "    - {name: signed, sources: [jms], signers: [ci], accounts: [\"*\"], instances: [\"*\"],"
                                + " destinations: [\"*\"]}\n"
                                + "    - {name: all",
                        "46:48 policy.rules[0].signers[0]: is not defined under 'policy.signers'; there is none yet"),
                mistake(
                        "    - {name: all",
                        "    - {name: desk, sources: [cli], accounts: [\"*\"], instances: [\"*\"], destinations:"
                                + " [\"get:asker\", \"get:op\"]}\n"
                                + "    - {name: all",
                        "46:99 policy.rules[0].destinations[1]: is not defined under 'recipients'; did you mean"
                                + " 'ops'?"),
                mistake(
                        "    - {name: all",
                        "    - {name: all, sources: [file], accounts: [\"*\"], instances: [\"*\"], destinations:"
                                + " [\"*\"]}\n"
                                + "    - {name: all",
                        "47:8 policy.rules[1].name: names another rule already; choose another name"),
                mistake(
                        "  jms: {queue: asks, url: \"tcp://bus.example.com:61617?sslEnabled=true\", user: pass,"
                                + " password: \"{{file:secrets/nimbus}}\"}",
                        "  jms: {queue: passwords.sealed}",
                        "39:33 destinations.queue.queue: is the queue of requests; choose another queue for results"),
                mistake(
                        "{type: jms, seal: ops, queue: passwords.sealed}",
                        "{type: route, seal: none, uri: \"direct:collector\"}",
                        "39:24 destinations.queue.seal: would hand passwords in clear to a route in routes/local, which"
                                + " gets only what is sealed; name a recipient, as defined under 'recipients'"),
                mistake(
                        "{type: jms, seal: ops, queue: passwords.sealed}",
                        "{type: route, seal: ops, uri: \"seda:collector\"}",
                        "39:35 destinations.queue.uri: does not have the right form; for example direct:collector"),
                mistake(
                        "queue: asks, url",
                        "queue: passwords.sealed, url",
                        "39:33 destinations.queue.queue: is the queue of requests; choose another queue for results"),
                mistake(
                        "    orchestrator: {password",
                        "    passcourier: {password",
                        "5:5 broker.users.passcourier: takes the name of the service itself; choose another name"),
                mistake(
                        "tcp://bus.example.com:61617?",
                        "tcp://bus.example.com:61617?trustStorePassword=changeit&",
                        "7:22 sources.jms.url: holds credentials; leave them out and set user and password beside it"),
                mistake(
                        "  users:\n    orchestrator: {password: \"{{env:SECRET}}\", roles: [requester, collector]}\n",
                        "",
                        "3:3 broker.acceptor: lets nobody in; add an entry to broker.users"),
                mistake(
                        "broker:\n",
                        "broker:\n  url: tcp://artemis.example.com:61616\n",
                        "4:3 broker.acceptor: belongs to the embedded broker; leave out either url or acceptor"),
                mistake(
                        "defaultDeadline: 5m",
                        "defaultDeadline: 20min",
                        "1:33 service.defaultDeadline: does not have the right form; did you mean '20m'?"),
                mistake(
                        "policy:\n",
                        "reports:\n"
                                + "  weekly: {cron: 0 0 8 ? * MON, timeZone: Asia/Seoul, scope: {accounts: [nimbus-prod]},"
                                + " destinations: [mail]}\n"
                                + "  nightly: {cron: 0 8 * * 1, timeZone: UTC, misfire: skip, scope: {accounts: [nimbus],"
                                + " instances: {nimbus: [i-1]}}, destinations: [mial], deadline: 31d}\n"
                                + "policy:\n",
                        "45:3 reports.weekly.misfire: is missing; for example run-latest",
                        "45:55 reports.weekly.scope: names no machines; add inventory, instances, or ledger: true",
                        "46:3 reports.nightly: takes the name of a schedule, and runs are known by them; choose"
                                + " another name",
                        "46:13 reports.nightly.cron: is no Quartz cron expression; did you mean '0 0 8 ? * MON'?",
                        "46:79 reports.nightly.scope.accounts[0]: is not defined under 'accounts'; known: nimbus-prod",
                        "46:100 reports.nightly.scope.instances.nimbus: is not defined under 'accounts'; known:"
                                + " nimbus-prod",
                        "46:132 reports.nightly.destinations[0]: is not defined under 'destinations'; did you mean"
                                + " 'mail'?",
                        "46:139 reports.nightly.deadline: is too long: requests with such a deadline are refused; at most"
                                + " 30d"),
                mistake(
                        "policy:\n",
                        "retention: {ledger: 124d}\npolicy:\n",
                        "44:13 retention.ledger: is shorter than work can come back within: the longest deadline of 30d,"
                                + " 3d of notices, service.resultLifetime and service.keepFailedWork; at least 125d"),
                mistake(
                        "policy:\n",
                        "retention: {archive: old}\npolicy:\n",
                        "44:13 retention.archive: is not used, as retention.audit is not set; set retention.audit"),
                mistake(
                        "policy:\n",
                        "retention: {ledger: 125d, audit: 200d}\npolicy:\n",
                        "44:27 retention.audit: does not go with ledger.url: other nodes' trails may have records of the"
                                + " same requests; leave it out"),
                mistake(
                        "policy:\n",
                        "retention: {reports: 125d}\n"
                                + "reports:\n"
                                + "  weekly: {cron: 0 0 8 ? * MON, timeZone: Asia/Seoul, misfire: skip,"
                                + " thresholds: {unchanged: 180d}, scope: {accounts: [nimbus-prod], ledger: true},"
                                + " destinations: [mail]}\n"
                                + "policy:\n",
                        "44:13 retention.reports: is shorter than reports.weekly.thresholds.unchanged, so that no password"
                                + " would be seen to be as old; at least 180d"),
                mistake(
                        "defaultDeadline: 5m",
                        "defaultDeadline: 721h",
                        "1:33 service.defaultDeadline: is too long: requests with such a deadline are refused; at most 30d"),
                mistake(
                        "minFreeSpace: 2GiB",
                        "minFreeSpace: 2GB",
                        "1:150 service.minFreeSpace: does not have the right form; did you mean '2GiB'?"),
                mistake(
                        "rate: 2.5",
                        "raet: 2.5",
                        "18:5 accounts.nimbus-prod.raet: unknown key 'raet'; did you mean 'rate'?"),
                mistake(
                        "endpoint: http",
                        "endpont: http",
                        "23:5 accounts.nimbus-prod.settings.endpoint: is missing; for example"
                                + " https://nimbus.example.com",
                        "24:7 accounts.nimbus-prod.settings.endpont: unknown key 'endpont'; did you mean 'endpoint'?"),
                mistake(
                        "endpoint: http",
                        "colour: red\n      endpoint: http",
                        "24:7 accounts.nimbus-prod.settings.colour: unknown key 'colour'; known: auth, endpoint,"
                                + " region"),
                mistake("ledger: {", "legder: {", "47:1 legder: unknown key 'legder'; did you mean 'ledger'?"),
                mistake(
                        "    settings:\n",
                        "    settings: []\n    x:\n",
                        "23:5 accounts.nimbus-prod.settings: must be a set of keys; for example"
                                + " {\"region\":\"kr-central-2\"}",
                        "24:5 accounts.nimbus-prod.x: unknown key 'x'; known: afterDelivery, clones, concurrency,"
                                + " insecure, keyRing, provider, rate, settings, showInstance, trust"),
                mistake(
                        "rate: 2.5",
                        "rate: \"2.5\"",
                        "18:5 accounts.nimbus-prod.rate: must be a number; for example 5"),
                mistake("rate: 2.5", "rate: 0", "18:5 accounts.nimbus-prod.rate: must be more than 0; for example 5"),
                mistake("rate: 2.5", "rate: .inf", "18:5 accounts.nimbus-prod.rate: must be a number; for example 5"),
                mistake("rate: 2.5", "rate:", "18:5 accounts.nimbus-prod.rate: must be a number; for example 5"),
                mistake(
                        "rate: 2.5",
                        "rate: 2.5\n    rate: 3",
                        "19:5 accounts.nimbus-prod.rate: is written twice; keep one of them"),
                mistake(
                        "concurrency: 3",
                        "concurrency: 0",
                        "19:5 accounts.nimbus-prod.concurrency: must be at least 1; for example 8"),
                mistake(
                        "concurrency: 3",
                        "concurrency: 2.5",
                        "19:5 accounts.nimbus-prod.concurrency: must be a whole number; for example 8"),
                mistake(
                        "clones: allowed",
                        "clones: allow",
                        "20:5 accounts.nimbus-prod.clones: is none of the known words; did you mean 'allowed'?"),
                mistake(
                        "clones: allowed",
                        "clones: true",
                        "20:5 accounts.nimbus-prod.clones: is none of the known words; known: allowed, refused"),
                mistake(
                        "insecure: true",
                        "insecure: yes",
                        "22:5 accounts.nimbus-prod.insecure: must be true or false; for example true"),
                mistake(
                        "insecure: true",
                        "insecure: false",
                        "23:5 accounts.nimbus-prod.settings: sends credentials in clear to the api endpoint; use"
                                + " https:, or write insecure: true beside 'settings'"),
                mistake(
                        "keyRing: prod",
                        "keyRing: prdo",
                        "17:5 accounts.nimbus-prod.keyRing: is not defined under 'keyRings'; did you mean 'prod'?"),
                mistake(
                        "provider: nimbus",
                        "provider: nimbos",
                        "16:5 accounts.nimbus-prod.provider: is none of the known words; did you mean 'nimbus'?"),
                mistake(
                        "nimbus-prod:",
                        "Nimbus_Prod:",
                        "15:3 accounts.Nimbus_Prod: is no name for this; use lower-case letters, digits and dashes, at"
                                + " most 63, and no dash first",
                        "46:79 policy.rules[0].accounts[0]: is not defined under 'accounts'; did you mean"
                                + " 'Nimbus_Prod'?"),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: hunter2",
                        "25:27 accounts.nimbus-prod.settings.auth.token: is no reference to a secret; write"
                                + " {{env:NAME}} or {{file:path}}, in quotes; a literal secret is not accepted"),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: 12345",
                        "25:27 accounts.nimbus-prod.settings.auth.token: is no reference to a secret; write"
                                + " {{env:NAME}} or {{file:path}}, in quotes; a literal secret is not accepted"),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: {{env:SECRET}}",
                        "25:35 accounts.nimbus-prod.settings.auth.token: has a key that is no plain word; put"
                                + " placeholders in quotes: \"{{env:NAME}}\""),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: \"{{env:MISSING}}\"",
                        "25:27 accounts.nimbus-prod.settings.auth.token: environment variable MISSING is not set; set"
                                + " the variable, or correct the file's path, mode and owner"),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: \"{{file:none}}\"",
                        "25:27 accounts.nimbus-prod.settings.auth.token: HOME/none does not exist; set the variable,"
                                + " or correct the file's path, mode and owner"),
                mistake(
                        "token: \"{{env:SECRET}}\"",
                        "token: \"pre{{env:SECRET}}\"",
                        "25:27 accounts.nimbus-prod.settings.auth.token: is no reference to a secret; write"
                                + " {{env:NAME}} or {{file:path}}, in quotes; a literal secret is not accepted"),
                mistake(
                        "type: token, token",
                        "type: token, user: me, token",
                        "25:27 accounts.nimbus-prod.settings.auth.user: does not go with the keys beside it; leave it"
                                + " out"),
                mistake(
                        "type: token, token: \"{{env:SECRET}}\"",
                        "type: password",
                        "25:7 accounts.nimbus-prod.settings.auth.user: is missing; for example passcourier",
                        "25:7 accounts.nimbus-prod.settings.auth.password: is missing; for example"
                                + " \"{{file:secrets/nimbus}}\""),
                mistake(
                        "defaultDeadline: 5m",
                        "defaultDeadline: five",
                        "1:33 service.defaultDeadline: does not have the right form; for example 20m"),
                mistake(
                        "host: smtp.example.com",
                        "host: \"{{env:NOPE}}\"",
                        "32:5 destinations.mail.host: environment variable NOPE is not set; set the variable, or mend"
                                + " the file or the placeholder"),
                mistake(
                        "host: smtp.example.com",
                        "host: \"{{sys:NOPE}}\"",
                        "32:5 destinations.mail.host: is neither {{env:NAME}} nor {{file:path}}; set the variable, or"
                                + " mend the file or the placeholder"),
                mistake(
                        "host: smtp.example.com",
                        "host: *smtp",
                        "32:11 destinations.mail.host: uses an anchor or an alias; write the value out, in quotes if"
                                + " it starts with & or *"),
                mistake(
                        "host: smtp.example.com",
                        "host: &smtp x",
                        "32:11 destinations.mail.host: uses an anchor or an alias; write the value out, in quotes if"
                                + " it starts with & or *"),
                mistake(
                        "host: smtp.example.com",
                        "host: !smtp x",
                        "32:11 destinations.mail.host: uses a tag; leave it out, or put the value in quotes if it"
                                + " starts with !"),
                mistake(
                        "seal: ops\n    host",
                        "host",
                        "29:3 destinations.mail.seal: is missing; for example operations"),
                mistake(
                        "seal: ops\n    host",
                        "seal: opps\n    host",
                        "31:5 destinations.mail.seal: is not defined under 'recipients'; did you mean 'ops'?"),
                mistake(
                        "security: starttls",
                        "security: none",
                        "33:5 destinations.mail.security: sends mail in clear; use smtps or starttls, or write"
                                + " insecure: true"),
                mistake(
                        "security: starttls",
                        "security: tls",
                        "33:5 destinations.mail.security: is none of the known words; known: none, smtps, starttls"),
                mistake(
                        "type: email",
                        "type: mail",
                        "30:5 destinations.mail.type: is none of the known words; did you mean 'email'?"),
                mistake("type: email", "seal2: email", "29:3 destinations.mail.type: is missing; for example webhook"),
                mistake(
                        "password: \"{{env:SECRET}}\"\n    from",
                        "from",
                        "29:3 destinations.mail.password: is missing, since 'user' is set; for example"
                                + " \"{{env:SMTP_PASSWORD}}\""),
                mistake(
                        "from: passcourier@example.com",
                        "from: \"a@b.c\\\nBcc: x@y.z\"",
                        "36:5 destinations.mail.from: does not have the right form, and holds a blank; for example"
                                + " passcourier@example.com"),
                mistake(
                        "https://hooks",
                        "http://hooks",
                        "40:37 destinations.hook.url: sends in clear, and seal: none would show the password to"
                                + " everybody on the way; use https:, or write insecure: true"),
                mistake(
                        "https://hooks",
                        "ftp://hooks",
                        "40:37 destinations.hook.url: is no https: URL; for example"
                                + " https://hooks.example.com/passwords"),
                mistake(
                        "https://hooks",
                        "https://me:pw@hooks",
                        "40:37 destinations.hook.url: holds credentials; leave them out; webhooks are signed with"
                                + " 'secrets'"),
                mistake(
                        "secrets: [",
                        "secrets: [abc, ",
                        "40:74 destinations.hook.secrets: takes at most 2 entries; for example"
                                + " [\"{{env:WEBHOOK_SECRET}}\"]",
                        "40:84 destinations.hook.secrets[0]: is no reference to a secret; write {{env:NAME}} or"
                                + " {{file:path}}, in quotes; a literal secret is not accepted"),
                mistake(
                        ", \"{{file:secrets/nimbus}}\"]}",
                        "], insecure: maybe}",
                        "40:103 destinations.hook.insecure: must be true or false; for example true"),
                mistake(
                        "type: jms, seal: ops",
                        "type: jms, seal: none",
                        "39:22 destinations.queue.seal: would leave passwords in clear on the broker; name a"
                                + " recipient, as defined under 'recipients'"),
                mistake(
                        "queue: passwords.sealed",
                        "queue: outbox.mail",
                        "39:33 destinations.queue.queue: is a queue of the service's own; choose a name that starts"
                                + " otherwise"),
                mistake(
                        "queue: passwords.sealed",
                        "queue: \"a queue\"",
                        "39:33 destinations.queue.queue: does not have the right form, and holds a blank; for example"
                                + " passwords.sealed"),
                mistake(
                        "directory: out}",
                        "directory: drop/out}",
                        "41:35 destinations.folder.directory: HOME/drop/out is not an existing directory; mkdir it"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 0 2 * * *",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; did you mean '0 0 2 * * ?'?"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 0 0 2 ? * MOM-Friday",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; did you mean '0 0 2 ? *"
                                + " MON-FRI'?"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: \"0 0 2 1 JAM,FEB ?\"",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; did you mean '0 0 2 1 JAN,FEB"
                                + " ?'?"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 0 0 2 * * *",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; did you mean '0 0 2 * * ?'?"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 30 2 * * 1-5",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; did you mean '0 30 2 ? *"
                                + " MON-FRI'?"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 0 2 1 * 7",
                        "43:13 schedules.nightly.cron: is no Quartz cron expression; write second minute hour day"
                                + " month weekday, for example 0 0 2 * * ? for two at night"),
                mistake(
                        "cron: 0 0 2 * * ?",
                        "cron: 0 0 2 * * ? 2020",
                        "43:13 schedules.nightly.cron: lies in the past for good; correct the year, or leave it out"),
                mistake(
                        "Asia/Shanghai",
                        "Asia/Shanghay",
                        "43:32 schedules.nightly.timeZone: is no known time zone; did you mean 'Asia/Shanghai'?"),
                mistake(
                        "Asia/Shanghai",
                        "Bejing",
                        "43:32 schedules.nightly.timeZone: is no known time zone; for example UTC or Asia/Shanghai"),
                mistake(
                        "nightly.csv",
                        "nightlly.csv",
                        "43:57 schedules.nightly.requests: HOME/config/nightlly.csv does not exist; correct the path"
                                + " or the file's mode and owner"),
                mistake(
                        "report: [mail]",
                        "report: [male]",
                        "43:96 schedules.nightly.report[0]: is not defined under 'destinations'; did you mean 'mail'?"),
                mistake(
                        "accounts: [nimbus-prod]",
                        "accounts: [nimbus]",
                        "46:79 policy.rules[0].accounts[0]: is not defined under 'accounts'; known: nimbus-prod"),
                mistake(
                        "destinations: [\"*\"]",
                        "destinations: [hok]",
                        "46:130 policy.rules[0].destinations[0]: is not defined under 'destinations'; did you mean"
                                + " 'hook'?"),
                mistake(
                        "sources: [jms, schedule]",
                        "sources: [jsm]",
                        "46:29 policy.rules[0].sources[0]: is none of the known words; known: *, cli, file, jms,"
                                + " local, report, schedule"),
                mistake(
                        "instances: [\"web-*\"]",
                        "instances: []",
                        "46:93 policy.rules[0].instances: is too short a list; for example [\"web-*\"]"),
                mistake(
                        "status: {port: 8089}",
                        "status: {port: 8089, host: 0.0.0.0}",
                        "1:170 service.status: would show everybody on the network what waits and what is down; set token"
                                + " or clientCertificates, or listen on 127.0.0.1",
                        "1:191 service.status.host: would answer other machines in clear; set certificate and"
                                + " privateKey, or listen on 127.0.0.1"),
                mistake(
                        "status: {port: 8089}",
                        "status: {port: 8089, host: 10.0.0.7, certificate: tls/broker.crt, privateKey: tls/broker.key}",
                        "1:170 service.status: would show everybody on the network what waits and what is down; set token"
                                + " or clientCertificates, or listen on 127.0.0.1"),
                mistake(
                        "status: {port: 8089}",
                        "status: {port: 8089, clientCertificates: tls/ca.pem, token: \"{{file:secrets/short}}\"}",
                        "1:170 service.status.certificate: is missing, since 'clientCertificates' is set; for example"
                                + " tls/status.crt",
                        "1:223 service.status.token: is not 16 or more printable ASCII characters without spaces; make"
                                + " one with openssl rand -hex 32"),
                mistake(
                        ", certificate: tls/broker.crt, privateKey: tls/broker.key",
                        "",
                        "3:14 broker.acceptor.host: would take connections from other machines in clear; set"
                                + " certificate and privateKey, or listen on 127.0.0.1"),
                mistake(
                        ", certificate: tls/broker.crt",
                        "",
                        "3:3 broker.acceptor.certificate: is missing, since 'privateKey' is set; for example"
                                + " tls/broker.crt",
                        "3:14 broker.acceptor.host: would take connections from other machines in clear; set"
                                + " certificate and privateKey, or listen on 127.0.0.1"),
                mistake(
                        "port: 61617, cert",
                        "port: 99999, cert",
                        "3:29 broker.acceptor.port: must be at most 65535; for example 61616"),
                mistake(
                        "user: pass, password: \"{{env:SECRET}}\"}",
                        "user: pass}",
                        "47:1 ledger.password: is missing, since 'user' is set; for example"
                                + " \"{{env:LEDGER_PASSWORD}}\""),
                mistake(
                        "jdbc:postgresql:",
                        "postgresql:",
                        "47:10 ledger.url: does not have the right form; for example"
                                + " jdbc:postgresql://db.example.com/passcourier"),
                mistake(
                        "com/passcourier",
                        "com/passcourier?user=a&password=b",
                        "47:10 ledger.url: holds credentials; leave them out and set user and password beside it"),
                mistake(
                        "roles: [requester, collector]",
                        "roles: [requestor]",
                        "5:56 broker.users.orchestrator.roles[0]: is none of the known words; did you mean"
                                + " 'requester'?"),
                mistake(
                        "directory: drop,",
                        "directory: drops,",
                        "8:10 sources.file.directory: HOME/drops is not an existing directory; mkdir it"),
                mistake(
                        "minAge: 500ms",
                        "minAge: 0s",
                        "8:27 sources.file.minAge: does not have the right form; for example 3s"),
                mistake(
                        "minAge: 500ms",
                        "maxPause: soon",
                        "8:27 sources.file.maxPause: does not have the right form; for example 10m"),
                mistake(
                        "NzbLsXh8uDCcd",
                        "zbLsXh8uDCcd",
                        "27:34 recipients.ops.fingerprint: does not have the right form; for example"
                                + " NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
                mistake(
                        "{key: recipients/ops.jwk,",
                        "{format: cms, key: recipients/ops.jwk,",
                        "27:47 recipients.ops.fingerprint: does not have the right form; write the 64 hex digits that"
                                + " openssl x509 -noout -fingerprint -sha256 prints"),
                mistake(
                        "{key: recipients/ops.jwk,",
                        "{format: openpgp, key: recipients/ops.jwk,",
                        "27:51 recipients.ops.fingerprint: does not have the right form; write the 40 hex digits that"
                                + " gpg --fingerprint prints first, or 64"),
                mistake(
                        "{key: recipients/ops.jwk,",
                        "{format: age, key: recipients/ops.jwk,",
                        "27:47 recipients.ops.fingerprint: does not have the right form; write the recipient itself,"
                                + " age1…"),
                mistake(
                        "{key: recipients/ops.jwk,",
                        "{format: pgp, key: recipients/ops.jwk,",
                        "27:9 recipients.ops.format: is none of the known words; known: age, cms, jwe, openpgp"),
                mistake(
                        "{key: recipients/ops.jwk,",
                        "{cipher: cbc, key: recipients/ops.jwk,",
                        "27:9 recipients.ops.cipher: does not go with the keys beside it; leave it out"),
                mistake(
                        "recipients/ops.jwk",
                        "recipients/none.jwk",
                        "27:9 recipients.ops.key: HOME/recipients/none.jwk does not exist; correct the path or the"
                                + " file's mode and owner"),
                mistake(
                        "directory: out}",
                        "directory: keys/..}",
                        "41:35 destinations.folder.directory: shares its place with the drop directory of requests;"
                                + " choose another"),
                mistake(
                        "timeZone: Asia/Shanghai, ",
                        "",
                        "43:3 schedules.nightly.timeZone: is missing; for example Asia/Shanghai"),
                mistake(
                        "type: webhook, ",
                        "type: webhook, scerets: [], ",
                        "40:25 destinations.hook.scerets: unknown key 'scerets'; did you mean 'secrets'?"),
                mistake(
                        "keys/prod.pem",
                        "keys/none.pem",
                        "12:10 keyRings.prod.keys[0].path: HOME/keys/none.pem does not exist; correct the path or the"
                                + " file's mode and owner"),
                mistake(
                        "host: 0.0.0.0",
                        "host: 127.0.0.1, \"bell\\\\u0007\": 1",
                        "3:31 broker.acceptor.bell\\u0007: unknown key 'bell\\u0007'; known: certificate, host, port,"
                                + " privateKey"),
                mistake(
                        "- {path: keys}",
                        "- {path: 7}",
                        "13:10 keyRings.prod.keys[1].path: must be text; for example keys/production.pem"),
                mistake(
                        "user: pass\n    password",
                        "password",
                        "29:3 destinations.mail.user: is missing, since 'password' is set; for example passcourier"),
                mistake(
                        "    orchestrator: {",
                        "    orchestrator: [], other: {",
                        "5:21 is not YAML; look at indentation, quotes and colons here"),
                mistake(
                        "ledger: {url",
                        "{{env:X}}: {url",
                        "47:1 has a key that is no plain word; put placeholders in quotes: \"{{env:NAME}}\""),
                mistake(
                        "queue: asks",
                        "queue: fetch.x",
                        "7:9 sources.jms.queue: is a queue of the service's own; choose a name that starts otherwise"),
                mistake(
                        "smtp.example.com",
                        "smtp.example.com\n    from: x@example.com",
                        "37:5 destinations.mail.from: is written twice; keep one of them"),
                mistake(
                        "    settings:\n      endpoint",
                        "    endpoint",
                        "24:11 is not YAML; look at indentation, quotes and colons here"),
                mistake(
                        "ledger:",
                        "---\nledger:",
                        "47:1 holds a second document; keep one document to a file, without '---' between"),
                mistake(
                        "      endpoint: http",
                        "    \\tendpoint: http",
                        "25:11 is not YAML; look at indentation, quotes and colons here"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void findsEachMistakeWhereItIsAndSaysWhatToDo(String good, String bad, List<String> findings) throws Exception {
        assertThat(SettingsBench.WHOLE).contains(good);

        assertThat(found(SettingsBench.WHOLE.replace(good, bad))).containsExactlyElementsOf(findings);
    }

    @Test
    void theTrailIsKeptAsLongAsTheLedgerListsItsRequests() throws Exception {
        String own = SettingsBench.WHOLE.replaceFirst("ledger: \\{url.*\n", "");
        assertThat(found(own.replace("policy:\n", "retention: {ledger: 125d, audit: 124d}\npolicy:\n")))
                .containsExactly("44:27 retention.audit: is shorter than retention.ledger: a record stays while the"
                        + " ledger lists its request; at least 125d");
        assertThat(found(own.replace("policy:\n", "retention: {audit: 200d}\npolicy:\n")))
                .containsExactly("44:13 retention.audit: needs retention.ledger: a record stays while the ledger lists"
                        + " its request; set retention.ledger");
        assertThat(found(own.replace("policy:\n", "retention: {ledger: 125d, audit: 125d}\npolicy:\n")))
                .isEmpty();
    }

    @Test
    void findsAllMistakesAtOnce() throws Exception {
        String yaml = SettingsBench.WHOLE
                .replace("rate: 2.5", "rate: fast")
                .replace("keyRing: prod", "keyRing: prodd")
                .replace("cron: 0 0 2 * * ?", "cron: daily")
                .replace("recipients/ops.jwk", "recipients/gone.jwk")
                .replace("password: \"{{env:SECRET}}\"\n    from", "password: " + CANARY + "\n    from");

        assertThat(bench.findings(yaml))
                .extracting(Finding::key)
                .containsExactly(
                        "accounts.nimbus-prod.keyRing",
                        "accounts.nimbus-prod.rate",
                        "recipients.ops.key",
                        "destinations.mail.password",
                        "schedules.nightly.cron");
    }

    static Stream<String> literalSecrets() {
        List<String> files = new ArrayList<>();
        files.add("broker: {url: \"tcp://127.0.0.1:61616\", user: pass, password: " + CANARY + "}");
        Matcher secret = SECRET.matcher(SettingsBench.WHOLE);
        while (secret.find()) {
            String before = SettingsBench.WHOLE.substring(0, secret.start());
            files.add(before + CANARY + SettingsBench.WHOLE.substring(secret.end()));
        }
        return files.stream();
    }

    @ParameterizedTest
    @MethodSource("literalSecrets")
    void refusesALiteralInEverySecretField(String yaml) throws Exception {
        List<Finding> findings = bench.findings(yaml);

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.message()).isEqualTo("is no reference to a secret");
            assertThat(finding.hint())
                    .contains("write {{env:NAME}} or {{file:path}}", "a literal secret is not accepted");
        });
        assertThat(findings.toString()).doesNotContain(CANARY);
    }

    /** Every value of the good file is replaced by a canary in turn. */
    @Test
    void neverEchoesAValue() throws Exception {
        Matcher value = Pattern.compile("(?<=: |\\[)\"?[^\\s,{}\\[\\]\"]+\"?").matcher(SettingsBench.WHOLE);
        while (value.find()) {
            String before = SettingsBench.WHOLE.substring(0, value.start());
            String yaml = before + CANARY + SettingsBench.WHOLE.substring(value.end());

            assertThat(bench.findings(yaml).toString().replace("/" + CANARY + " ", "/path "))
                    .as(value.group())
                    .doesNotContain(CANARY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "&", "!", "@", "`", "%", "[", "{", "\"", "'", "|", ">"})
    void neverEchoesASecretThatUpsetsTheParser(String start) throws Exception {
        List<Finding> findings =
                bench.findings("ledger:\n  url: jdbc:h2:mem:x\n  user: me\n  password: " + start + CANARY + ": x\n");

        assertThat(findings).isNotEmpty();
        assertThat(findings.toString()).doesNotContain(CANARY);
    }

    @Test
    void showsControlCharactersOfAKeyAsQuestionMarks() throws Exception {
        assertThat(found("\"led\\u0007\\u202eger\": 1"))
                .singleElement()
                .asString()
                .startsWith("1:1 led??ger: unknown key 'led??ger'");
    }

    @Test
    void refusesAFileThatIsTooLarge() throws Exception {
        assertThat(found("#".repeat(SettingsLoader.MAX_FILE))).isEmpty();
        assertThat(found("#".repeat(SettingsLoader.MAX_FILE + 1)))
                .singleElement()
                .asString()
                .startsWith("1:1 is larger than 1 MiB");
    }

    @Test
    void refusesAFileThatIsNotUtf8() throws Exception {
        Path file = bench.put("config/passcourier.yaml", "", "rw-r--r--");
        Files.write(file, "# caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(findings(file)).containsExactly("1:1 is not UTF-8; save it as UTF-8");
    }

    @Test
    void refusesAFileThatEverybodyCanChange() throws Exception {
        Path file = bench.put("config/passcourier.yaml", "{}", "rw-r--rw-");

        assertThat(findings(file))
                .containsExactly("1:1 HOME/config/passcourier.yaml can be changed by everybody; chmod o-w it");
    }

    @Test
    void saysThatThereIsNoFile() {
        assertThat(findings(home.resolve("config/passcourier.yaml")))
                .singleElement()
                .asString()
                .startsWith("1:1 HOME/config/passcourier.yaml does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: "})
    void refusesDeepNesting(String opening) throws Exception {
        assertThat(found("accounts: " + opening.repeat(200_000)))
                .singleElement()
                .asString()
                .contains("is not YAML");
    }

    @Test
    void refusesABombOfAliases() throws Exception {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }

        assertThat(found(bomb.toString())).anyMatch(line -> line.contains("uses an anchor or an alias"));
    }

    private List<String> found(String yaml) throws Exception {
        return shown(bench.findings(yaml));
    }

    private List<String> findings(Path file) {
        try {
            bench.loader().read(file);
            return List.of();
        } catch (InvalidConfigurationException e) {
            return shown(e.findings());
        }
    }

    private List<String> shown(List<Finding> findings) {
        return findings.stream()
                .map(finding -> finding.toString().replace(home.toString(), "HOME"))
                .map(line -> line.replace("HOME/config/passcourier.yaml:", ""))
                .toList();
    }

    private static Arguments mistake(String good, String bad, String... findings) {
        return arguments(good, bad, List.of(findings));
    }
}

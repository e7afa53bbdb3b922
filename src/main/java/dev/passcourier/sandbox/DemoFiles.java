package dev.passcourier.sandbox;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to let the service ask {@link DemoClouds}: private keys, secrets and a snippet for the settings file.
 * Directories are 0700, files 0600; they open nothing but the sandbox.
 *
 * @param directory where all of it is
 * @param accounts  the snippet: {@code keyRings} and {@code accounts} for {@code config/passcourier.yaml}
 * @param instances all machines with their pretend passwords, to compare
 */
public record DemoFiles(Path directory, Path accounts, Path instances) {

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build());

    /**
     * Writes the files, over older ones.
     *
     * @param directory made if it is not there
     * @throws IOException if it cannot be written, or others may look into the directory
     */
    public static DemoFiles write(Path directory, DemoClouds clouds) throws IOException {
        DemoFiles files = new DemoFiles(
                directory, directory.resolve("passcourier-accounts.yaml"), directory.resolve("instances.json"));
        own(directory);
        own(directory.resolve("keys"));
        own(directory.resolve("secrets"));
        text(files.key("kakaocloud"), Pem.privateKey(clouds.kakaoKey().getPrivate()));
        text(files.key("huawei-ecs"), Pem.privateKey(clouds.huaweiKey().getPrivate()));
        text(files.secret("kakaocloud"), clouds.kakaoCloud().credentialSecret());
        text(files.secret("zstack"), clouds.zStack().accountPassword());
        text(files.secret("tencent-gse"), clouds.tencentGse().secretKey());
        text(files.secret("huawei-ecs"), clouds.huaweiEcs().secretKey());
        bytes(files.instances(), Json.bytes(clouds.instances()));
        bytes(files.accounts(), YAML.writeValueAsBytes(files.settings(clouds)));
        return files;
    }

    /** The file with one cloud's private key. */
    private Path key(String cloud) {
        return directory.resolve("keys").resolve(cloud + ".pem");
    }

    /** The file with one cloud's secret key or password. */
    private Path secret(String cloud) {
        return directory.resolve("secrets").resolve(cloud);
    }

    private Map<String, @Nullable Object> settings(DemoClouds clouds) {
        return Json.object(
                "keyRings",
                Json.object(
                        DemoClouds.KAKAO_ACCOUNT, ring("kakaocloud"), DemoClouds.HUAWEI_ACCOUNT, ring("huawei-ecs")),
                "accounts",
                Json.object(
                        DemoClouds.KAKAO_ACCOUNT,
                        account("kakaocloud", DemoClouds.KAKAO_ACCOUNT, kakaoCloud(clouds.kakaoCloud())),
                        DemoClouds.ZSTACK_ACCOUNT,
                        account("zstack", null, zStack(clouds.zStack())),
                        DemoClouds.GSE_ACCOUNT,
                        account("tencent-gse", null, tencentGse(clouds.tencentGse())),
                        DemoClouds.HUAWEI_ACCOUNT,
                        account("huawei-ecs", DemoClouds.HUAWEI_ACCOUNT, huaweiEcs(clouds.huaweiEcs()))));
    }

    private Map<String, @Nullable Object> ring(String cloud) {
        return Json.object("keys", List.of(Json.object("path", absolute(key(cloud)))));
    }

    private static Map<String, @Nullable Object> account(
            String provider, @Nullable String keyRing, Map<String, @Nullable Object> settings) {
        Map<String, @Nullable Object> account = Json.object("provider", provider);
        if (keyRing != null) {
            account.put("keyRing", keyRing);
        }
        account.put("settings", settings);
        return account;
    }

    private Map<String, @Nullable Object> kakaoCloud(KakaoCloudSandbox cloud) {
        return Json.object(
                "endpoint",
                cloud.baseUrl(),
                "identityEndpoint",
                cloud.iamUrl(),
                "auth",
                Json.object("type", "access-key", "id", cloud.credentialId(), "secret", reference("kakaocloud")));
    }

    private Map<String, @Nullable Object> zStack(ZStackSandbox cloud) {
        return Json.object(
                "endpoint",
                cloud.baseUrl(),
                "auth",
                Json.object("type", "session", "account", cloud.accountName(), "password", reference("zstack")));
    }

    private Map<String, @Nullable Object> tencentGse(TencentGseSandbox cloud) {
        return Json.object(
                "endpoint",
                cloud.baseUrl(),
                "region",
                "ap-shanghai",
                "secretId",
                cloud.secretId(),
                "secretKey",
                reference("tencent-gse"));
    }

    private Map<String, @Nullable Object> huaweiEcs(HuaweiEcsSandbox cloud) {
        return Json.object(
                "endpoint",
                cloud.baseUrl(),
                "identityEndpoint",
                cloud.iamUrl(),
                "region",
                cloud.projectName(),
                "projectId",
                cloud.projectId(),
                "auth",
                Json.object("type", "aksk", "accessKey", cloud.accessKey(), "secretKey", reference("huawei-ecs")));
    }

    private String reference(String cloud) {
        return "{{file:" + absolute(secret(cloud)) + "}}";
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    private static void own(Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, DurableFile.ownerOnlyDirectory(directory));
        }
        if (open(directory)) {
            throw new IOException(directory + " is open to others: chmod 700 it, or name another directory");
        }
    }

    private static boolean open(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(directory);
        return !PosixFilePermissions.fromString("rwx------").containsAll(modes);
    }

    private static void text(Path file, String content) throws IOException {
        bytes(file, Digests.utf8(content));
    }

    private static void bytes(Path file, byte[] content) throws IOException {
        DurableFile.replace(file, out -> out.write(content));
    }
}

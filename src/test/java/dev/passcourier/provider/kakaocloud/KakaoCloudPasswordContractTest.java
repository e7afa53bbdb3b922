package dev.passcourier.provider.kakaocloud;

/** A user of an organization with a password. */
class KakaoCloudPasswordContractTest extends KakaoCloudContractTest {

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","identityEndpoint":"%s",
                 "auth":{"type":"password","user":"%s","organization":"%s","project":"%s","password":"%s"}}""".formatted(
                cloud.baseUrl(), cloud.iamUrl(), cloud.userName(), cloud.organization(), cloud.projectName(), secret);
    }

    @Override
    protected String secret() {
        return cloud.userPassword();
    }
}

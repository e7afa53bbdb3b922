package dev.passcourier.provider.kakaocloud;

/** The access key named by its name and owner. */
class KakaoCloudNamedKeyContractTest extends KakaoCloudContractTest {

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","identityEndpoint":"%s",
                 "auth":{"type":"named-access-key","name":"%s","userId":"%s","secret":"%s"}}""".formatted(cloud.baseUrl(), cloud.iamUrl(), cloud.credentialName(), cloud.userId(), secret);
    }
}

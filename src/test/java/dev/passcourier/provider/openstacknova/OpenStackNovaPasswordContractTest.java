package dev.passcourier.provider.openstacknova;

class OpenStackNovaPasswordContractTest extends OpenStackNovaContractTest {

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","identityEndpoint":"%s",
                 "auth":{"type":"password","user":"%s","password":"%s","project":"%s"}}""".formatted(cloud.baseUrl(), cloud.keystoneUrl(), cloud.userName(), secret, cloud.projectName());
    }

    @Override
    protected String secret() {
        return cloud.userPassword();
    }
}

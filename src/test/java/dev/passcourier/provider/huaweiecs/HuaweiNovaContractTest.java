package dev.passcourier.provider.huaweiecs;

/** Nova's own path, with a token. */
class HuaweiNovaContractTest extends HuaweiTokenContractTest {

    @Override
    protected String settings(String secret) {
        return super.settings(secret).replaceFirst("\\{", "{\"api\":\"nova-v2.1\",");
    }
}

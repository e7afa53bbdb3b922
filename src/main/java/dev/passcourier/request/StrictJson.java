package dev.passcourier.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;

/** One strict way to read JSON: small, without repeated fields, unknown fields or anything after the end. */
final class StrictJson {

    private StrictJson() {}

    static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(RequestReader.MAX_BYTES)
                        .maxNestingDepth(32)
                        .maxStringLength(16 * 1024)
                        .maxNameLength(128)
                        .maxNumberLength(32)
                        .maxTokenCount(1000)
                        .build())
                .build();
    }

    static ObjectReader strict(ObjectReader reader) {
        return reader.with(
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    }
}

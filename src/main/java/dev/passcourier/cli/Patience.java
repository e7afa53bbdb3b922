package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SettingsMapper;
import java.time.Duration;
import java.util.Map;
import java.util.Stack;
import java.util.regex.Pattern;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How long a command waits for the outcome: the same for all commands that can. */
final class Patience {

    /** Longer than anything takes: a request may ask for 30 days. */
    private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(31);

    @Option(
            names = "--wait",
            arity = "0..1",
            paramLabel = "TIME",
            converter = Reader.class,
            preprocessor = Next.class,
            description = "wait for the outcome; with TIME, such as 20m, no longer than that")
    private Duration time = Duration.ZERO;

    /** Zero to wait for nothing. */
    Duration time() {
        return time;
    }

    boolean isAny() {
        return !time.isZero();
    }

    /** Tells a time behind the option from what the command is about. */
    static final class Next implements IParameterPreprocessor {

        private static final Pattern TIME = Pattern.compile("\\d+[A-Za-z]+");

        @Override
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            boolean attached = "=".equals(info.get("separator"));
            if (!attached && (words.isEmpty() || !TIME.matcher(words.peek()).matches())) {
                words.push("");
            }
            return false;
        }
    }

    /** Reads a time; none is as long as it takes. */
    static final class Reader implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            if (text.isEmpty()) {
                return AS_LONG_AS_IT_TAKES;
            }
            try {
                return SettingsMapper.read(TextNode.valueOf(text), Duration.class);
            } catch (ConfigurationException e) {
                throw new TypeConversionException("'" + text + "' is no time such as 90s, 20m or 2h");
            }
        }
    }
}

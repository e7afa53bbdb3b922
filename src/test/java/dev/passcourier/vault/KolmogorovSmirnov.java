package dev.passcourier.vault;

import java.util.Arrays;

/** Whether two samples come from one distribution, whatever it is. */
public final class KolmogorovSmirnov {

    private KolmogorovSmirnov() {}

    /**
     * Whether the samples can be told apart.
     *
     * @param error how often, at most, two samples of one distribution may be told apart
     */
    public static boolean tellsApart(double[] one, double[] other, double error) {
        double size = (double) one.length * other.length / (one.length + other.length);
        return distance(one, other) > Math.sqrt(-Math.log(error / 2) / 2 / size);
    }

    /** The largest difference between the two empirical distribution functions. */
    private static double distance(double[] one, double[] other) {
        double[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return Arrays.stream(all)
                .map(bound -> Math.abs(below(one, bound) - below(other, bound)))
                .max()
                .orElse(0);
    }

    private static double below(double[] sample, double bound) {
        return (double) Arrays.stream(sample).filter(value -> value <= bound).count() / sample.length;
    }
}

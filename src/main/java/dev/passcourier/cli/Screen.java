package dev.passcourier.cli;

import java.io.PrintWriter;
import java.util.List;

/** Lines on a terminal that change where they stand. */
final class Screen {

    private final PrintWriter out;
    private int height;

    Screen(PrintWriter out) {
        this.out = out;
    }

    /** Shows these lines in the place of those before. */
    void show(List<String> lines) {
        if (height > 0) {
            out.print("\u001b[" + height + "A\u001b[J");
        }
        lines.forEach(out::println);
        out.flush();
        height = lines.size();
    }
}

package dev.passcourier;

/** Starts Passcourier from the command line. */
public final class App {

    private App() {}

    /** Entry point of the process. */
    public static void main(String[] args) {
        System.out.println("passcourier");
    }
}

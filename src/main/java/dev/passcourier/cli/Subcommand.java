package dev.passcourier.cli;

import java.util.concurrent.Callable;

/**
 * A command that another jar adds: annotated for picocli, with a public constructor, named in
 * {@code META-INF/services/dev.passcourier.cli.Subcommand}. So the service's own jar needs nothing of what only rehearses
 * with it.
 */
public interface Subcommand extends Callable<Integer> {}

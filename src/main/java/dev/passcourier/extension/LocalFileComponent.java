package dev.passcourier.extension;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.file.FileComponent;
import org.apache.camel.component.file.FileConstants;
import org.apache.camel.component.file.FileConsumer;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.component.file.FileOperations;
import org.apache.camel.component.file.GenericFileConfiguration;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.component.file.GenericFileOperations;
import org.apache.camel.component.file.GenericFileProducer;
import org.apache.camel.spi.annotations.Component;

/**
 * Camel's component {@code file} for routes in {@code routes/local}. Camel itself keeps only the names of written files in
 * their directory; here every file that is read, written, moved or removed must lie in it, whatever an option, a header or
 * a symbolic link says.
 */
@Component("file")
final class LocalFileComponent extends FileComponent {

    private final List<Path> directories;

    /**
     * Open for some directories and what is below them.
     *
     * @param directories absolute
     */
    LocalFileComponent(List<Path> directories) {
        this.directories = directories;
    }

    @Override
    protected GenericFileEndpoint<File> buildFileEndpoint(
            String uri, String remaining, Map<String, Object> parameters) {
        File directory = new File(remaining);
        FileEndpoint endpoint = new InsideEndpoint(uri, directory);
        endpoint.setFile(directory);
        GenericFileConfiguration configuration = new GenericFileConfiguration();
        configuration.setDirectory(directory.getPath());
        endpoint.setConfiguration(configuration);
        return endpoint;
    }

    private final class InsideEndpoint extends FileEndpoint {

        private final Path own;

        InsideEndpoint(String uri, File directory) {
            super(uri, LocalFileComponent.this);
            own = directory.toPath().normalize();
        }

        @Override
        public GenericFileProducer<File> createProducer() throws Exception {
            GenericFileProducer<File> producer = super.createProducer();
            producer.setOperations(new InsideOperations(this, own));
            return producer;
        }

        @Override
        protected FileConsumer newFileConsumer(Processor processor, GenericFileOperations<File> all) {
            return super.newFileConsumer(processor, new InsideOperations(this, own));
        }
    }

    private final class InsideOperations extends FileOperations {

        private final Path own;

        InsideOperations(FileEndpoint endpoint, Path own) {
            super(endpoint);
            this.own = own;
        }

        @Override
        public boolean deleteFile(String name) {
            return super.deleteFile(inside(name));
        }

        @Override
        public boolean renameFile(String from, String to) {
            return super.renameFile(inside(from), inside(to));
        }

        @Override
        public boolean existsFile(String name) {
            return super.existsFile(inside(name));
        }

        @Override
        public boolean buildDirectory(String directory, boolean absolute) {
            return super.buildDirectory(inside(directory), absolute);
        }

        @Override
        public boolean retrieveFile(String name, Exchange exchange, long size) {
            // Names the file below its directory.
            inside(own.resolve(name).toString());
            return super.retrieveFile(name, exchange, size);
        }

        @Override
        public boolean storeFile(String name, Exchange exchange, long size) {
            // Would have the file of that name moved here in the place of the body.
            exchange.getMessage().removeHeader(FileConstants.FILE_LOCAL_WORK_PATH);
            return super.storeFile(inside(name), exchange, size);
        }

        @Override
        public boolean storeFileDirectly(String name, String content) {
            return super.storeFileDirectly(inside(name), content);
        }

        private String inside(String name) {
            Path path = Path.of(name).toAbsolutePath().normalize();
            try {
                Path there = path;
                while (!Files.exists(there)) {
                    there = there.getParent();
                }
                Path real = there.toRealPath();
                for (Path directory : directories) {
                    if (path.startsWith(own) && real.startsWith(directory.toRealPath())) {
                        return name;
                    }
                }
            } catch (IOException e) {
                throw new GenericFileOperationFailedException("cannot be read: " + name, e);
            }
            throw new GenericFileOperationFailedException("OUTSIDE_DIRECTORY: " + name + " does not lie in " + own);
        }
    }
}

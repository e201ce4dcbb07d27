// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

public class Program {
    public static void main(String[] arguments) throws Exception {
        long sum = LongStream.range(0, 5_000_000).parallel().map(n -> n * n % 7).sum();
        Files.writeString(Path.of("/tmp/sum"), Long.toString(sum));
        new ProcessBuilder("/bin/ls", "/").start().waitFor();
    }
}

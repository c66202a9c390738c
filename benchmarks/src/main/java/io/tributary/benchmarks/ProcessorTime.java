package io.tributary.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Processor time of this JVM at one moment, nanoseconds.
 *
 * @param process all threads
 * @param byWorker the subtasks of a Flink task added up, under the task's name; then what works for all of them:
 *     Kafka's clients and, where the system tells (Linux), RocksDB, the garbage collector and the compiler
 */
record ProcessorTime(long process, Map<String, Long> byWorker) {
    /** The name of a thread that runs a subtask; its helpers put words of their own in front of it. */
    private static final Pattern SUBTASK = Pattern.compile(
            "^(?!OutputFlusher for |System Time Trigger for |Time Trigger for |Source Data Fetcher for )"
                    + "(.*) \\(\\d+/\\d+\\)#\\d+$");

    private static final Path NATIVE_THREADS = Path.of("/proc/self/task");

    /** The kernel counts in units of 10 ms on every architecture that Java runs on. */
    private static final long NANOS_PER_TICK = 10_000_000;

    static ProcessorTime now() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Map<String, Long> byWorker = new TreeMap<>();
        addJavaThreads(byWorker);
        addNativeThreads(byWorker);
        return new ProcessorTime(system.getProcessCpuTime(), byWorker);
    }

    private static void addJavaThreads(Map<String, Long> byWorker) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (var thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                add(javaWorker(thread.getThreadName()), threads.getThreadCpuTime(thread.getThreadId()), byWorker);
            }
        }
    }

    private static String javaWorker(String thread) {
        var subtask = SUBTASK.matcher(thread);
        if (subtask.matches()) {
            return subtask.group(1);
        }
        return thread.startsWith("Source Data Fetcher for ") || thread.startsWith("kafka-producer-network-thread")
                ? "Kafka's clients"
                : null;
    }

    private static void addNativeThreads(Map<String, Long> byWorker) {
        if (!Files.isDirectory(NATIVE_THREADS)) {
            return;
        }
        try (var threads = Files.newDirectoryStream(NATIVE_THREADS)) {
            for (Path thread : threads) {
                addNativeThread(thread, byWorker);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read " + NATIVE_THREADS, e);
        }
    }

    private static void addNativeThread(Path thread, Map<String, Long> byWorker) {
        String stat;
        try {
            stat = Files.readString(thread.resolve("stat"));
        } catch (IOException e) {
            // It has ended.
            return;
        }
        int nameEnds = stat.lastIndexOf(')');
        // Behind the name: state is field 3 of proc(5), utime and stime are 14 and 15.
        String[] fields = stat.substring(nameEnds + 2).split(" ");
        add(
                nativeWorker(stat.substring(stat.indexOf('(') + 1, nameEnds)),
                (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK,
                byWorker);
    }

    private static String nativeWorker(String thread) {
        if (thread.startsWith("rocksdb")) {
            return "RocksDB's flushes and compactions";
        }
        if (thread.startsWith("GC ") || thread.startsWith("G1 ") || thread.equals("VM Thread")) {
            return "Java's garbage collector";
        }
        return thread.startsWith("C1 Compiler") || thread.startsWith("C2 Compiler") ? "Java's compiler" : null;
    }

    private static void add(String worker, long nanos, Map<String, Long> byWorker) {
        if (worker != null && nanos >= 0) {
            byWorker.merge(worker, nanos, Long::sum);
        }
    }

    /** What was used since then. */
    ProcessorTime since(ProcessorTime earlier) {
        Map<String, Long> used = new TreeMap<>();
        // A thread that has ended takes its time with it.
        byWorker.forEach(
                (worker, nanos) -> used.put(worker, Math.max(0, nanos - earlier.byWorker.getOrDefault(worker, 0L))));
        return new ProcessorTime(process - earlier.process, used);
    }
}

package io.tributary.local;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Why a thread that should go on has ended. */
public final class EndedThread {
    private EndedThread() {}

    /** @throws IOException if it has failed: its own one, or one that has another failure as its cause */
    public static void check(Future<?> ended) throws IOException, InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }
}

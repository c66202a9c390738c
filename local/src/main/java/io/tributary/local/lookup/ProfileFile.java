package io.tributary.local.lookup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.schemas.json.AcceptedJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code profiles.jsonl} of a backtest. Numbers are shown as they stand there. */
public final class ProfileFile implements Profiles {
    static final JsonMapper JSON = AcceptedJson.mapper();

    private final Path file;

    public ProfileFile(Path file) {
        this.file = file;
    }

    @Override
    public String name() {
        return file.toString();
    }

    /** Receives profiles in the order of the file. */
    @FunctionalInterface
    public interface Consumer {
        /** @throws IllegalArgumentException if that is no profile */
        void accept(ObjectNode profile) throws IOException;
    }

    @Override
    public FoundProfiles find(ProfileQuery query) throws IOException {
        List<ObjectNode> found = new ArrayList<>();
        long[] total = {0};
        read(profile -> {
            if (query.matches(profile)) {
                total[0]++;
                if (found.size() < MOST) {
                    found.add(profile);
                }
            }
        });
        return new FoundProfiles(found, total[0]);
    }

    /**
     * Reads all of them.
     *
     * @throws UserException if a line is no profile
     */
    public void read(Consumer profiles) throws IOException {
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ObjectNode profile = read(line, ++number);
                try {
                    profiles.accept(profile);
                } catch (IllegalArgumentException e) {
                    throw noProfile(number, e);
                }
            }
        }
    }

    private ObjectNode read(String line, long number) throws UserException {
        try {
            JsonNode json = JSON.readTree(line);
            if (json instanceof ObjectNode profile && profile.has("customer_id")) {
                return profile;
            }
        } catch (JsonProcessingException e) {
            throw new UserException("%s:%d is not JSON; run the backtest again".formatted(file, number), e);
        }
        throw noProfile(number, null);
    }

    private UserException noProfile(long number, Exception cause) {
        return new UserException("%s:%d is no profile; run the backtest again".formatted(file, number), cause);
    }
}

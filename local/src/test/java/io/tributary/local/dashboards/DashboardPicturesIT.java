package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.drawing.DashboardDrawing;
import io.tributary.kibana.query.Context;
import io.tributary.kibana.query.LayerQuery;
import io.tributary.kibana.query.SavedObjects;
import io.tributary.local.simulate.SimulationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws the dashboards for the documentation, of a simulated shop whose last days are these days: what is fresh looks
 * fresh. So they are drawn when somebody wants new ones, not at each build.
 */
@EnabledIfSystemProperty(named = "tributary.write", matches = "true")
class DashboardPicturesIT {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final int DAYS = 28;

    /** All that the dashboards begin with. */
    private static final Pattern FROM = Pattern.compile("now-([0-9]+)([hd])");

    @TempDir
    private Path folder;

    @Test
    void drawsEachDashboard() throws Exception {
        Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.HOURS);
        Shop shop =
                Shop.simulated(SimulationConfig.of(350, DAYS, 42).startingAt(now.minus(Duration.ofDays(DAYS))), folder);
        SavedObjects objects = new SavedObjects(Files.readString(ROOT.resolve("docker/kibana/tributary.ndjson")));
        DashboardDrawing drawing = new DashboardDrawing(objects, shop::search);
        for (JsonNode dashboard : objects.ofType("dashboard")) {
            String name = dashboard.path("id").asText().replace("tributary-", "");
            List<String> filters = name.equals("customer-360") ? List.of(customer(objects, shop)) : List.of();
            Files.writeString(
                    Files.createDirectories(ROOT.resolve("docs/kibana")).resolve(name + ".svg"),
                    drawing.draw(dashboard, new Context(from(dashboard, now), now.toEpochMilli(), filters)));
        }
    }

    /** When the time range begins with which a dashboard opens. */
    private static long from(JsonNode dashboard, Instant now) {
        Matcher from = FROM.matcher(dashboard.at("/attributes/timeFrom").asText());
        assertThat(from.matches())
                .as("%s", dashboard.at("/attributes/timeFrom"))
                .isTrue();
        long number = Long.parseLong(from.group(1));
        return now.minus(from.group(2).equals("h") ? Duration.ofHours(number) : Duration.ofDays(number))
                .toEpochMilli();
    }

    /** Chooses who was told most of those who have both ordered and left something in the cart. */
    private static String customer(SavedObjects objects, Shop shop) throws Exception {
        List<Object> buyers = rows(objects, shop, "tributary-segment-explorer-best-customers").stream()
                .filter(row -> (double) row.get(1) > 0 && (double) row.get(3) > 0)
                .map(row -> row.get(0))
                .toList();
        Object customer = rows(objects, shop, "tributary-triggers-told-most").stream()
                .map(row -> row.get(0))
                .filter(buyers::contains)
                .findFirst()
                .orElseThrow();
        return "customer_id: \"" + customer + "\"";
    }

    private static List<List<Object>> rows(SavedObjects objects, Shop shop, String id) throws Exception {
        JsonNode lens = objects.get("lens", id);
        Context all = new Context(shop.from(), shop.to(), List.of());
        return new LayerQuery(lens, "layer", objects.dataView(lens, "layer"), all).rows(shop::search);
    }
}

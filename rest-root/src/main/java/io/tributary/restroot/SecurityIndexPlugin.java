package io.tributary.restroot;

import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * Lets the server on Maven keep roles and API keys, for tests with security on.
 *
 * <p>They live in an index of Elasticsearch's own whose mapping names an analyzer of e-mail addresses, and this server
 * lacks the module with its parts. These have the same names and find other words; nobody searches for any.
 */
public final class SecurityIndexPlugin extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
                "uax_url_email",
                (index, environment, name, settings) -> TokenizerFactory.newFactory(name, StandardTokenizer::new));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        AnalysisProvider<TokenFilterFactory> unchanged = (index, environment, name, settings) -> new Unchanged(name);
        return Map.of("pattern_capture", unchanged, "unique", unchanged);
    }

    private record Unchanged(String name) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream words) {
            return words;
        }
    }
}

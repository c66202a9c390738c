package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** One that vouches for a node on 127.0.0.1 and nothing else; made by the JDK's keytool. */
final class CertificateAuthority {
    private static final String STORE_PASSWORD = "changeit";
    private static final String NODE = "node";
    private static final String AUTHORITY = "authority";

    private final Path folder;
    private final KeyStore keys;

    CertificateAuthority(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        this.folder = Files.createDirectories(folder);
        generate(AUTHORITY, "-ext", "bc:c=ca:true");
        generate(NODE, "-signer", AUTHORITY, "-ext", "san=ip:127.0.0.1");
        keys = KeyStore.getInstance(store().toFile(), STORE_PASSWORD.toCharArray());
    }

    /** The PEM file by which others recognise whom this vouches for. */
    String file() throws IOException, GeneralSecurityException {
        var file = folder.resolve("ca.crt");
        return Files.writeString(
                        file, pem("CERTIFICATE", keys.getCertificate(AUTHORITY).getEncoded()))
                .toString();
    }

    String nodeCertificate() throws GeneralSecurityException {
        return pem("CERTIFICATE", keys.getCertificate(NODE).getEncoded());
    }

    String nodeKey() throws GeneralSecurityException {
        return pem(
                "PRIVATE KEY", keys.getKey(NODE, STORE_PASSWORD.toCharArray()).getEncoded());
    }

    private Path store() {
        return folder.resolve("keys.p12");
    }

    private void generate(String name, String... more) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store().toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                STORE_PASSWORD,
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1"));
        command.addAll(List.of(more));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + output);
        }
    }

    private static String pem(String kind, byte[] content) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(kind, lines, kind);
    }
}

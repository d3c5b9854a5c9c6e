import type { Language } from './language';

export const JAVA: Language = {
  name: 'java',
  label: 'Java',
  needs: { v1: null, v1a: 'Java 17 or later' },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Webhooks {
    private static byte[] key() {
        String secret = System.getenv().getOrDefault("WEBHOOK_SECRET", "");
        // Anybody could sign with an empty key.
        if (secret.isEmpty() || secret.equals("whsec_")) throw new SecurityException("WEBHOOK_SECRET is not set");
        return secret.startsWith("whsec_") ? Base64.getDecoder().decode(secret.substring(6)) : secret.getBytes(UTF_8);
    }

    /** Throws unless the request is signed. The body is as it came, before anything parses it. */
    public static void verify(byte[] body, String id, String timestamp, String signatures)
            throws GeneralSecurityException {
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) {
            throw new SecurityException("The timestamp is too far off");
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key(), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(UTF_8);
        for (String each : signatures.split(" ")) {
            if (MessageDigest.isEqual(each.getBytes(UTF_8), expected)) return;
        }
        throw new SecurityException("No signature is right");
    }
}
`;

const PUBLIC = `import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

public final class Webhooks {
    private static final String PUBLIC_KEY = "KEY_TEXT";

    private static PublicKey key() throws GeneralSecurityException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        // What precedes an Ed25519 key in X.509.
        encoded.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));
        encoded.writeBytes(Base64.getDecoder().decode(PUBLIC_KEY.substring(5)));
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
    }

    /** Throws unless the request is signed. The body is as it came, before anything parses it. */
    public static void verify(byte[] body, String id, String timestamp, String signatures)
            throws GeneralSecurityException {
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) {
            throw new SecurityException("The timestamp is too far off");
        }
        for (String each : signatures.split(" ")) {
            if (each.startsWith("v1a,") && isSigned(body, id + "." + timestamp + ".", each.substring(4))) return;
        }
        throw new SecurityException("No signature is right");
    }

    private static boolean isSigned(byte[] body, String head, String signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key());
            verifier.update(head.getBytes(UTF_8));
            verifier.update(body);
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }
}
`;

import type { Language } from './language';

export const PHP: Language = {
  name: 'php',
  label: 'PHP',
  needs: { v1: null, v1a: 'the sodium extension, which PHP brings along' },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `<?php

/** Throws unless it is signed: verify(file_get_contents('php://input'), array_change_key_case(getallheaders())). */
function verify(string $body, array $headers): void
{
    $secret = (string) getenv('WEBHOOK_SECRET');
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    // Anybody can sign with an empty key.
    if ($key === '') {
        throw new RuntimeException('WEBHOOK_SECRET is not set');
    }
    $timestamp = $headers['webhook-timestamp'];
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('The timestamp is too far off');
    }
    $signed = $headers['webhook-id'] . '.' . $timestamp . '.' . $body;
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $each) {
        if (hash_equals($expected, $each)) {
            return;
        }
    }
    throw new RuntimeException('No signature is right');
}
`;

const PUBLIC = `<?php

/** Throws unless it is signed: verify(file_get_contents('php://input'), array_change_key_case(getallheaders())). */
function verify(string $body, array $headers): void
{
    $key = base64_decode(substr('KEY_TEXT', 5));
    $timestamp = $headers['webhook-timestamp'];
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('The timestamp is too far off');
    }
    $signed = $headers['webhook-id'] . '.' . $timestamp . '.' . $body;
    foreach (explode(' ', $headers['webhook-signature']) as $each) {
        $signature = str_starts_with($each, 'v1a,') ? base64_decode(substr($each, 4)) : '';
        // Any other length would be an error, and not a refusal.
        $isSignature = strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES;
        if ($isSignature && sodium_crypto_sign_verify_detached($signature, $signed, $key)) {
            return;
        }
    }
    throw new RuntimeException('No signature is right');
}
`;

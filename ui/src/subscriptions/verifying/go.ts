import type { Language } from './language';

export const GO: Language = {
  name: 'go',
  label: 'Go',
  needs: { v1: null, v1a: null },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func key() ([]byte, error) {
	secret := []byte(os.Getenv("WEBHOOK_SECRET"))
	if text, ok := strings.CutPrefix(string(secret), "whsec_"); ok {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		secret = decoded
	}
	// Anybody can sign with an empty key.
	if len(secret) == 0 {
		return nil, errors.New("WEBHOOK_SECRET is not set")
	}
	return secret, nil
}

// Verify returns an error unless the request is signed. The body is as it came, before anything parses it.
func Verify(body []byte, headers http.Header) error {
	timestamp := headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("the timestamp is too far off")
	}
	secret, err := key()
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(headers.Get("webhook-id") + "." + timestamp + "."))
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, each := range strings.Split(headers.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(each), []byte(expected)) {
			return nil
		}
	}
	return errors.New("no signature is right")
}
`;

const PUBLIC = `package webhooks

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const publicKey = "KEY_TEXT"

// Verify returns an error unless the request is signed. The body is as it came, before anything parses it.
func Verify(body []byte, headers http.Header) error {
	timestamp := headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("the timestamp is too far off")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(publicKey, "whpk_"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("the public key is not one")
	}
	signed := append([]byte(headers.Get("webhook-id")+"."+timestamp+"."), body...)
	for _, each := range strings.Split(headers.Get("webhook-signature"), " ") {
		text, ok := strings.CutPrefix(each, "v1a,")
		signature, err := base64.StdEncoding.DecodeString(text)
		if ok && err == nil && ed25519.Verify(key, signed, signature) {
			return nil
		}
	}
	return errors.New("no signature is right")
}
`;

import type { Language } from './language';

export const RUBY: Language = {
  name: 'ruby',
  label: 'Ruby',
  needs: { v1: null, v1a: null },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `require "openssl"

SECRET = ENV.fetch("WEBHOOK_SECRET")
KEY = SECRET.start_with?("whsec_") ? SECRET.delete_prefix("whsec_").unpack1("m0") : SECRET
# Anybody can sign with an empty key.
raise "WEBHOOK_SECRET is empty" if KEY.empty?

# Raises unless the request is signed. The body is as it came; the headers have names in lower case.
def verify(body, headers)
  id, timestamp = headers.fetch("webhook-id"), headers.fetch("webhook-timestamp")
  raise "The timestamp is too far off" if (Time.now.to_i - Integer(timestamp, 10)).abs > 300

  digest = OpenSSL::HMAC.digest("SHA256", KEY, "#{id}.#{timestamp}.".b + body.b)
  expected = "v1," + [digest].pack("m0")
  signatures = headers.fetch("webhook-signature").split(" ")
  raise "No signature is right" unless signatures.any? { |each| OpenSSL.secure_compare(each, expected) }
end
`;

const PUBLIC = `require "openssl"

# The bytes before the key are those of an Ed25519 key in X.509.
KEY = OpenSSL::PKey.read(["302a300506032b6570032100"].pack("H*") + "KEY_TEXT".delete_prefix("whpk_").unpack1("m0"))

# Raises unless the request is signed. The body is as it came; the headers have names in lower case.
def verify(body, headers)
  id, timestamp = headers.fetch("webhook-id"), headers.fetch("webhook-timestamp")
  raise "The timestamp is too far off" if (Time.now.to_i - Integer(timestamp, 10)).abs > 300

  signed = "#{id}.#{timestamp}.".b + body.b
  ours = headers.fetch("webhook-signature").split(" ").any? do |each|
    scheme, signature = each.split(",", 2)
    scheme == "v1a" && KEY.verify(nil, signature.to_s.unpack1("m"), signed)
  rescue OpenSSL::PKey::PKeyError
    false
  end
  raise "No signature is right" unless ours
end
`;

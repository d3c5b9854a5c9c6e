/** Runs verifying code in a test: a program that reads requests, a line each, and writes `good` or `bad` for each. */
export interface Driver {
  /** On PATH. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly isSlow: boolean;
  /** The files to write, from the code. */
  readonly files: (code: string) => Readonly<Record<string, string>>;
}

const NODE_DRIVER = `
import { readFileSync } from 'node:fs';
import { verify } from './webhooks.mjs';
for (const line of readFileSync(0, 'utf8').trimEnd().split('\\n')) {
  const [id, timestamp, signatures, body] = line.split('\\t');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures };
  try {
    verify(Buffer.from(body, 'base64'), headers);
    console.log('good');
  } catch {
    console.log('bad');
  }
}
`;

const PYTHON_DRIVER = `
import base64, sys
from webhooks import verify
for line in sys.stdin:
    id, timestamp, signatures, body = line.rstrip("\\n").split("\\t")
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures}
    try:
        verify(base64.b64decode(body), headers)
        print("good")
    except ValueError:
        print("bad")
`;

const GO_DRIVER = `
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\\t")
		body, _ := base64.StdEncoding.DecodeString(parts[3])
		headers := http.Header{}
		headers.Set("webhook-id", parts[0])
		headers.Set("webhook-timestamp", parts[1])
		headers.Set("webhook-signature", parts[2])
		if Verify(body, headers) == nil {
			fmt.Println("good")
		} else {
			fmt.Println("bad")
		}
	}
}
`;

const JAVA_DRIVER = `
final class Driver {
    public static void main(String[] arguments) throws Exception {
        var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in, UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] parts = line.split("\\t");
            try {
                Webhooks.verify(Base64.getDecoder().decode(parts[3]), parts[0], parts[1], parts[2]);
                System.out.println("good");
            } catch (SecurityException | NumberFormatException refused) {
                System.out.println("bad");
            }
        }
    }
}

`;

const RUBY_DRIVER = `
require_relative "webhooks"
STDIN.each_line(chomp: true) do |line|
  id, timestamp, signatures, body = line.split("\\t")
  verify(body.unpack1("m0"), { "webhook-id" => id, "webhook-timestamp" => timestamp, "webhook-signature" => signatures })
  puts "good"
rescue RuntimeError, ArgumentError
  puts "bad"
end
`;

const PHP_DRIVER = `<?php
require 'webhooks.php';
while (($line = fgets(STDIN)) !== false) {
    [$id, $timestamp, $signatures, $body] = explode("\\t", rtrim($line, "\\n"));
    try {
        verify(base64_decode($body), [
            'webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => $signatures,
        ]);
        echo "good\\n";
    } catch (RuntimeException) {
        echo "bad\\n";
    }
}
`;

export const DRIVERS: Readonly<Record<string, Driver>> = {
  node: {
    program: 'node',
    argv: ['driver.mjs'],
    isSlow: false,
    files: (code) => ({ 'webhooks.mjs': code, 'driver.mjs': NODE_DRIVER }),
  },
  python: {
    program: 'python3',
    argv: ['driver.py'],
    isSlow: false,
    files: (code) => ({ 'webhooks.py': code, 'driver.py': PYTHON_DRIVER }),
  },
  go: {
    program: 'go',
    argv: ['run', 'webhooks.go'],
    isSlow: true,
    files: (code) => ({ 'webhooks.go': goProgram(code) }),
  },
  java: {
    program: 'java',
    argv: ['Driver.java'],
    isSlow: true,
    // The first class of a file is the one that runs.
    files: (code) => ({ 'Driver.java': code.replace('public final class', `${JAVA_DRIVER}final class`) }),
  },
  ruby: {
    program: 'ruby',
    argv: ['driver.rb'],
    isSlow: false,
    files: (code) => ({ 'webhooks.rb': code, 'driver.rb': RUBY_DRIVER }),
  },
  php: {
    program: 'php',
    argv: ['driver.php'],
    isSlow: false,
    files: (code) => ({ 'webhooks.php': code, 'driver.php': PHP_DRIVER }),
  },
};

/** One file with a main function, and the packages that it needs besides. */
function goProgram(code: string): string {
  const others = ['bufio', 'fmt', 'os'].filter((each) => !code.includes(`"${each}"`)).map((each) => `\t"${each}"\n`);
  return (
    code.replace('package webhooks', 'package main').replace('import (\n', `import (\n${others.join('')}`) + GO_DRIVER
  );
}

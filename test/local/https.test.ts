import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { connect, type PeerCertificate } from "node:tls";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { issueCertificate, makeAuthority } from "../../src/local/certificates.ts";
import { type SandboxOptions, startSandbox } from "../../src/local/startSandbox.ts";
import { isRunning, listens, newDirectory, run, servingProcess, start } from "../program.ts";

const DAY_MS = 86_400_000;

/** The certificate that a server shows to a client that trusts `ca` and asks for `host`; throws when it is refused. */
async function certificateShown(url: string, ca: string, host?: string): Promise<PeerCertificate> {
  const { hostname, port } = new URL(url);
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host: address, port: Number(port), ca, ...(host && { servername: host }) });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

async function health(url: string, ca: string): Promise<unknown> {
  const [response] = await once(get(`${url}/_sandbox/health`, { ca, agent: false }), "response");
  return json(response);
}

/** Runs a sandbox until what is to be done with it, and the certificate to trust, is done. */
async function serving<T>(
  options: SandboxOptions,
  what: (url: string, ca: string) => Promise<T>,
): Promise<T> {
  await using sandbox = await startSandbox({ https: true, ...options });
  return await what(sandbox.url, await readFile(sandbox.caFile ?? "", "utf8"));
}

/** Runs a program of Node; what it printed. */
async function runNode(program: string, env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  await once(child, "close");
  return output;
}

/** What health answers with, as text. */
const HEALTH = '{"status":"ok","createsSandboxes":true,"creation":"open","defaultSandbox":"open"}\n';

describe("what is printed", () => {
  test("the curl line works as it is, and sandboxes' endpoints are HTTPS", async () => {
    const cwd = join(await newDirectory(), "it's a directory");
    await mkdir(cwd);
    const { url, output, child, exit } = start(["--port", "0", "--https"], { cwd });
    expect(await url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const [curl = ""] = output.stdout.split("\n").filter((line) => line.trim().startsWith("curl "));
    const { stdout } = await promisify(execFile)("sh", ["-c", curl], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ functionName: "hello", maxAsyncRetryAttempts: 1 });

    const [, trusting = ""] = /^ +(NODE_EXTRA_CA_CERTS=.*?) {3}/m.exec(output.stdout) ?? [];
    const program = `const answer = await fetch("${await url}/_sandbox/sandboxes", { method: "POST" });
      console.log((await answer.json()).endpoint);`;
    const node = `${trusting} "${process.execPath}" --input-type=module -e '${program}'`;
    const { stdout: endpoint } = await promisify(execFile)("sh", ["-c", node], { cwd });
    expect(endpoint).toMatch(new RegExp(`^${await url}/s/\\w+\\n$`));
    child.kill();
    await exit;
  });

  test("the curl line names the authority's file by its absolute path", async () => {
    const stateDirectory = await newDirectory();
    const args = ["--port", "0", "--https", "--state-dir", stateDirectory];
    const { url, output, child, exit } = start(args, { cwd: await newDirectory() });
    await url;
    expect(output.stdout).toContain(`curl --cacert ${stateDirectory}/ca.pem -X PUT`);
    child.kill();
    await exit;
  });

  test("with one's own certificate, nothing of an authority", async () => {
    const { cwd, args, ca } = await ownCertificate();
    const { url, output, child, exit } = start(["--port", "0", "--ephemeral", ...args], { cwd });
    expect(await health(await url, ca)).toEqual(JSON.parse(HEALTH));
    // Whether curl trusts it is not known.
    expect(output.stdout).not.toMatch(/CA|--cacert|Try it|curl/);
    child.kill();
    await exit;
  });

  test("SIGINT ends it with exit code 0, and leaves no temporary certificate", async () => {
    const cwd = await newDirectory();
    const { url, child, exit } = start(["--port", "0", "--ephemeral", "--https"], { cwd });
    const there = await url;
    child.kill("SIGINT");
    expect(await exit).toEqual({ code: 0, signal: null });
    expect([await listens(there), readdirSync(cwd)]).toEqual([false, []]);
  });

  test("kill -9 leaves no process behind, and the state can be used again", async () => {
    const cwd = await newDirectory();
    const { url, child, exit } = start(["--port", "0", "--https"], { cwd });
    await url;
    const pid = servingProcess(join(cwd, ".fc-sandbox"));
    child.kill("SIGKILL");
    await exit;
    await expect.poll(() => isRunning(pid)).toBe(false);
    await serving({ stateDirectory: join(cwd, ".fc-sandbox") }, async (there, ca) => {
      expect(await health(there, ca)).toEqual(JSON.parse(HEALTH));
    });
  });
});

describe("clients", () => {
  const FETCH = `fetch(process.env.URL_TO_ASK).then(async (answer) => console.log(await answer.text()),
    (error) => console.log(error.cause.code));`;

  test("Node's fetch trusts it by NODE_EXTRA_CA_CERTS, and refuses it without, or with another", async () => {
    await using sandbox = await startSandbox({ https: true });
    const other = join(await newDirectory(), "other.pem");
    await writeFile(other, (await makeAuthority()).certificate);
    const fetches = (caFile: string) =>
      runNode(FETCH, { URL_TO_ASK: `${sandbox.url}/_sandbox/health`, NODE_EXTRA_CA_CERTS: caFile });
    expect(await fetches(sandbox.caFile ?? "")).toBe(HEALTH);
    for (const caFile of ["", other])
      expect(await fetches(caFile)).toMatch(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)\n/);
  });

  test("a program that starts one trusts it from then on", async () => {
    const index = new URL("../../src/local/startSandbox.ts", import.meta.url);
    const program = `import { readFile } from "node:fs/promises";
      import tls from "node:tls";
      import { startSandbox } from "${index}";
      await using sandbox = await startSandbox({ https: true });
      tls.setDefaultCACertificates([...tls.getCACertificates(), await readFile(sandbox.caFile, "utf8")]);
      console.log(await (await fetch(sandbox.url + "/_sandbox/health")).text());`;
    expect(await runNode(program, {})).toBe(HEALTH);
  });

  test("Python's urllib trusts it by SSL_CERT_FILE", async ({ skip }) => {
    await using sandbox = await startSandbox({ https: true });
    const program = `import urllib.request; print(urllib.request.urlopen("${sandbox.url}/_sandbox/health").read().decode())`;
    const env = { ...process.env, SSL_CERT_FILE: sandbox.caFile };
    const { stdout } = await promisify(execFile)("python3", ["-c", program], { env }).catch((error) => {
      if (error.code === "ENOENT") skip("there is no Python");
      throw error;
    });
    expect(stdout).toBe(HEALTH);
  });

  test("the live feed is a WebSocket over TLS", async () => {
    await using sandbox = await startSandbox({ https: true });
    const program = `const socket = new WebSocket("${sandbox.url}/_sandbox/events".replace(/^http/, "ws"), ["fc-sandbox"]);
      socket.onopen = () => fetch("${sandbox.url}/2023-03-30/functions/f/async-invoke-config", { method: "PUT" });
      socket.onmessage = ({ data }) => {
        console.log(JSON.parse(data).entry.function);
        socket.close();
      };`;
    expect(await runNode(program, { NODE_EXTRA_CA_CERTS: sandbox.caFile ?? "" })).toBe("f\n");
  });

  test("HTTP is not served", async () => {
    await serving({}, async (url) => {
      await expect(fetch(`${url.replace("https:", "http:")}/_sandbox/health`)).rejects.toThrow();
    });
  });
});

describe("the certificate that is made", () => {
  test("is for this machine, the host to listen on, the sandboxes' domain, and what is asked for", async () => {
    const hosts = ["1234567890123456.cn-hangzhou.fc.aliyuncs.com", "192.0.2.7"];
    const variables = { SANDBOX_DOMAIN: "sandbox.example.com" };
    await serving({ host: "127.0.0.2", variables, https: { hosts } }, async (url, ca) => {
      expect(await health(url, ca)).toEqual(JSON.parse(HEALTH));
      for (const host of ["localhost", "any.sandbox.example.com", "sandbox.example.com", hosts[0] ?? ""])
        await certificateShown(url, ca, host);
      const { subjectaltname } = await certificateShown(url, ca);
      for (const address of ["127.0.0.1", "0:0:0:0:0:0:0:1", "127.0.0.2", "192.0.2.7"])
        expect(subjectaltname).toContain(`IP Address:${address}`);
      await expect(certificateShown(url, ca, "other.example.com")).rejects.toMatchObject({
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
      });
    });
  });

  test("the keys are their owner's only, the certificate to trust is everybody's", async () => {
    const stateDirectory = await newDirectory();
    await serving({ stateDirectory }, async () => {});
    const mode = async (name: string) => (await stat(join(stateDirectory, name))).mode & 0o777;
    expect(await Promise.all(["ca.pem", "ca-key.pem", "certificate-key.pem"].map(mode))).toEqual([
      0o644, 0o600, 0o600,
    ]);
  });

  /**
   * Starts with one state directory twice, with something done to the directory in between; whether what it then held
   * is what the second start shows.
   */
  async function twice(
    between: (stateDirectory: string, ca: string) => Promise<void>,
    second: SandboxOptions = {},
  ): Promise<{ isSameAuthority: boolean; isSameCertificate: boolean }> {
    const stateDirectory = await newDirectory();
    await serving({ stateDirectory }, (_, ca) => between(stateDirectory, ca));
    const held = async (name: string) => readFile(join(stateDirectory, name), "utf8");
    const [heldAuthority, heldCertificate] = [await held("ca.pem"), await held("certificate.pem")];
    return serving({ stateDirectory, ...second }, async (url, ca) => {
      const { raw } = await certificateShown(url, ca);
      return {
        isSameAuthority: ca === heldAuthority,
        isSameCertificate: heldCertificate.replace(/-----.*-----|\n/g, "") === raw.toString("base64"),
      };
    });
  }

  /** Puts a certificate of the same authority in the place of the one that is kept. */
  const reissue = (hosts: string[], now: number) => async (stateDirectory: string, certificate: string) => {
    const key = await readFile(join(stateDirectory, "ca-key.pem"), "utf8");
    const issued = await issueCertificate({ certificate, key }, hosts, now);
    await writeFile(join(stateDirectory, "certificate.pem"), issued.certificate);
    await writeFile(join(stateDirectory, "certificate-key.pem"), issued.key);
  };

  const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

  test("is the same at the next start", async () => {
    const kept = { isSameAuthority: true, isSameCertificate: true };
    expect(await twice(async () => {})).toEqual(kept);
    expect(await twice(async () => {}, { https: { hosts: ["localhost"] } })).toEqual(kept);
  });

  test.each<[string, Parameters<typeof twice>[0], SandboxOptions?]>([
    ["has expired", reissue(LOOPBACK, Date.now() - 400 * DAY_MS)],
    ["is about to expire", reissue(LOOPBACK, Date.now() - 370 * DAY_MS)],
    ["is for other addresses", reissue(["localhost", "::1"], Date.now())],
    ["is not for a host that is asked for", async () => {}, { https: { hosts: ["fc.example.com"] } }],
    ["is not for the domain", async () => {}, { variables: { SANDBOX_DOMAIN: "sandbox.example.com" } }],
    ["is damaged", (directory) => writeFile(join(directory, "certificate.pem"), "half")],
    [
      "has another key",
      async (directory) =>
        writeFile(join(directory, "certificate-key.pem"), await readFile(join(directory, "ca-key.pem"))),
    ],
    [
      "is another authority's",
      async (directory) => {
        const other = await issueCertificate(await makeAuthority(), LOOPBACK);
        await writeFile(join(directory, "certificate.pem"), other.certificate);
        await writeFile(join(directory, "certificate-key.pem"), other.key);
      },
    ],
  ])("is made anew, by the same authority, when it %s", async (_, between, second) => {
    expect(await twice(between, second)).toEqual({ isSameAuthority: true, isSameCertificate: false });
  });

  test("its authority is made anew when it is about to expire", async () => {
    const expire = async (directory: string) => {
      const old = await makeAuthority(Date.now() - 3300 * DAY_MS);
      await writeFile(join(directory, "ca.pem"), old.certificate);
      await writeFile(join(directory, "ca-key.pem"), old.key);
    };
    expect(await twice(expire)).toEqual({ isSameAuthority: false, isSameCertificate: false });
  });

  test.each([
    ["ca.pem", "is damaged", async () => "half"],
    ["ca-key.pem", "is damaged", async () => "half"],
    ["ca-key.pem", "is another's", async () => (await makeAuthority()).key],
  ])("its authority is left as it is when its %s %s", async (name, _, damage) => {
    const stateDirectory = await newDirectory();
    await serving({ stateDirectory }, async () => {});
    const content = await damage();
    await writeFile(join(stateDirectory, name), content);
    const { stderr, code } = await run(
      ["--https", "--port", "0", "--state-dir", stateDirectory],
      stateDirectory,
    );
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^fc-sandbox: .*ca\.pem is damaged: .* Restore both files; or remove both, .*\n$/,
      ),
    ]);
    expect(await readFile(join(stateDirectory, name), "utf8")).toBe(content);
    expect(readdirSync(stateDirectory)).not.toContain("lock");
  });
});

/** A certificate of one's own, in files: the options for it, and the certificate to trust. */
async function ownCertificate() {
  const cwd = await newDirectory();
  const authority = await makeAuthority();
  const { certificate, key } = await issueCertificate(authority, ["127.0.0.1", "own.example.com"]);
  await writeFile(join(cwd, "own.pem"), `A comment.\n${certificate}${authority.certificate}`);
  await writeFile(join(cwd, "own-key.pem"), key);
  return { cwd, args: ["--tls-cert", "own.pem", "--tls-key", "own-key.pem"], ca: authority.certificate };
}

describe("a certificate of one's own", () => {
  test("is the one that is shown, and no other is made", async () => {
    const { cwd, ca } = await ownCertificate();
    const [certificateFile, keyFile] = [join(cwd, "own.pem"), join(cwd, "own-key.pem")];
    const stateDirectory = join(cwd, "state");
    await using sandbox = await startSandbox({ stateDirectory, https: { certificateFile, keyFile } });
    await certificateShown(sandbox.url, ca, "own.example.com");
    expect(sandbox.caFile).toBe(undefined);
    expect(readdirSync(stateDirectory).filter((name) => name.endsWith(".pem"))).toEqual([]);
  });

  const SMALL_KEY = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"];

  test.each<[string, string, string, RegExp]>([
    [
      "a certificate that is not there",
      "none.pem",
      "own-key.pem",
      /The certificate none\.pem can't be read: ENOENT/,
    ],
    ["a key that is not there", "own.pem", "none.pem", /The key none\.pem can't be read: ENOENT/],
    [
      "no certificate",
      "own-key.pem",
      "own-key.pem",
      /The certificate own-key\.pem is not a certificate in PEM\./,
    ],
    [
      "no key",
      "own.pem",
      "own.pem",
      /The key own\.pem is not a private key in PEM, or it needs a passphrase\./,
    ],
    [
      "another's key",
      "own.pem",
      "other.pem",
      /The key other\.pem is not the one of the certificate own\.pem\./,
    ],
  ])("%s is one line and exit code 1", async (_, certificate, key, message) => {
    const { cwd } = await ownCertificate();
    await writeFile(join(cwd, "other.pem"), (await makeAuthority()).key);
    const args = ["--tls-cert", certificate, "--tls-key", key];
    const { stdout, stderr, code } = await run(["--port", "0", ...args], cwd);
    expect([stdout, code]).toEqual(["", 1]);
    expect(stderr).toMatch(new RegExp(`^fc-sandbox: ${message.source}.*\n$`));
  });

  test("a key that workerd can't use is one line and exit code 1", async ({ skip }) => {
    const cwd = await newDirectory();
    await promisify(execFile)("openssl", [...SMALL_KEY, "-out", "key.pem"], { cwd }).catch((error) => {
      if (error.code === "ENOENT") skip("there is no OpenSSL");
      throw error;
    });
    const certificate = ["req", "-x509", "-key", "key.pem", "-subj", "/CN=small", "-out", "certificate.pem"];
    await promisify(execFile)("openssl", certificate, { cwd });
    const args = ["--tls-cert", "certificate.pem", "--tls-key", "key.pem"];
    const { stderr, code } = await run(["--port", "0", ...args], cwd);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fc-sandbox: HTTPS can't be served with this certificate and key: .*P-256.*\n$/);
  });
});

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Problem } from "../documents/responseBodies.ts";
import type { HttpsOptions } from "./httpsOptions.ts";
import { openStateDirectory, type StateDirectory } from "./stateDirectory.ts";
import { openTls, type Tls } from "./tls.ts";
import { WORKER_DIRECTORY, type WorkerSettings, workerdConfig } from "./worker.ts";
import { startWorkerd, type WorkerdProcess } from "./workerdProcess.ts";

export type { HttpsOptions, MadeCertificate, OwnCertificate } from "./httpsOptions.ts";

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Serves HTTPS in place of HTTP, with this certificate. Default false. */
  readonly https?: HttpsOptions;
  /** Where the state is kept; by default it goes with the sandbox. */
  readonly stateDirectory?: string | undefined;
  /**
   * Where the built Worker is; by default where the build puts it.
   * @internal
   */
  readonly workerDirectory?: string;
  /** In place of the defaults of the README's table. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A sandbox's server, running. */
export interface Sandbox extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Absolute. */
  readonly stateDirectory: string;
  /**
   * The file that holds the certificate of the authority that clients have to trust; absolute. Undefined when the
   * sandbox serves HTTP, or HTTPS with the user's own certificate.
   */
  readonly caFile: string | undefined;
  /** The process that serves. */
  readonly pid: number;
  /** Fulfilled when it no longer runs: with undefined after `close()`, else with what is known of the cause. */
  readonly ended: Promise<string | undefined>;
  /** Lets requests under way finish for at most a second, then ends it. */
  close(): Promise<void>;
}

/** On one's own machine the page that anyone can try is one's own, is kept, and is not logged. */
const LOCAL_VARIABLES = {
  CREATION: "open",
  QUOTA_REQUESTS_PER_DAY: "0",
  QUOTA_BYTES_PER_SANDBOX: "0",
  QUOTA_BYTES: "0",
  DEFAULT_SANDBOX: "open",
  DEFAULT_SANDBOX_IDLE_SECONDS: "0",
  IDLE_SECONDS: "0",
  LOG_REQUESTS: "off",
};

/** The secrets of a deployment that may be given, so not among its variables. The state directory has the root secret. */
const SECRETS = ["OPERATOR_TOKEN", "PREVIOUS_ROOT_SECRETS"];

const CLOSE_PATIENCE_MS = 1000;
/** How long workerd goes on when the state is kept: the journal's entries of the last reads are written after a moment. */
const LAST_WRITES_MS = 250;

/**
 * Serves a sandbox from this machine, in a process of its own; fulfilled once it answers requests. Throws an Error
 * with a message for people when an option is wrong, the port is taken, or the state directory can't be used.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, workerDirectory = WORKER_DIRECTORY, variables = {} } = options;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new Error(`The port must be a number from 0 to 65535, but is ${port}.`);
  }
  const host = (options.host ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  const settings: WorkerSettings = JSON.parse(await readFile(join(workerDirectory, "settings.json"), "utf8"));
  const names = [...Object.keys(settings.variables), ...SECRETS];
  for (const name of Object.keys(variables)) {
    if (!names.includes(name)) {
      throw new Error(`There is no variable ${name}; there are ${names.join(", ")}.`);
    }
  }
  const state = await openStateDirectory(options.stateDirectory);
  try {
    const { rootSecret: ROOT_SECRET } = state;
    const bound: Record<string, string> = {
      ...settings.variables,
      ...LOCAL_VARIABLES,
      ...variables,
      ROOT_SECRET,
    };
    const tls = await openTls(options.https ?? false, state, host, bound["SANDBOX_DOMAIN"] ?? "");
    const config = workerdConfig({
      settings: { ...settings, variables: bound },
      workerDirectory: resolve(workerDirectory),
      address: `${inUrl(host)}:${port}`,
      tls: tls?.keyPair,
      objectsDirectory: state.objects,
    });
    const configFile = await state.write("workerd.capnp", config);
    const temporary = state.isTemporary ? state.path : undefined;
    const workerd = await startWorkerd(configFile, workerDirectory, temporary);
    return await serve(workerd, { state, tls, host, port });
  } catch (error) {
    await state.release();
    throw error;
  }
}

/** Makes a sandbox of workerd, once that answers; else ends it. */
async function serve(
  workerd: WorkerdProcess,
  {
    state,
    tls,
    host,
    port,
  }: {
    readonly state: StateDirectory;
    readonly tls: Tls | undefined;
    readonly host: string;
    readonly port: number;
  },
): Promise<Sandbox> {
  const complaints: Buffer[] = [];
  workerd.stderr.on("data", (chunk) => complaints.push(chunk));
  let isClosing = false;
  const ended = workerd.exited.then(async (how) => {
    await state.release();
    return isClosing ? undefined : `workerd ended with ${how}.`;
  });
  const close = async () => {
    isClosing = true;
    if (!state.isTemporary) await wait(LAST_WRITES_MS);
    workerd.kill("SIGTERM");
    const impatience = setTimeout(() => workerd.kill("SIGKILL"), CLOSE_PATIENCE_MS);
    await ended;
    clearTimeout(impatience);
  };
  try {
    await state.heldBy(workerd.pid);
    const listening = await workerd.listeningPort;
    if (listening === undefined) {
      await finished(workerd.stderr);
      throw new Error(startFailure(Buffer.concat(complaints).toString(), host, port, state.path));
    }
    workerd.stderr.removeAllListeners("data").pipe(process.stderr);
    const url = `${tls ? "https" : "http"}://${connectableHost(host)}:${listening}`;
    await firstAnswer(url);
    return {
      url,
      stateDirectory: state.path,
      caFile: tls?.caFile,
      pid: workerd.pid,
      ended,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Fulfilled once the Worker answers: workerd listens before it has run it. Throws what the Worker says is wrong with
 * its variables.
 */
async function firstAnswer(url: string): Promise<void> {
  const { get } = url.startsWith("https:") ? https : http;
  // The server was just started here, so its certificate, which may be for other hosts, need not be verified.
  const options = { agent: false, rejectUnauthorized: false };
  const [response] = await once(get(`${url}/_sandbox/health`, options), "response");
  const answer = await text(response);
  if (response.statusCode === 503) throw new Error((JSON.parse(answer) as Problem).detail);
}

function startFailure(complaint: string, host: string, port: number, stateDirectory: string): string {
  if (complaint.includes("Address already in use")) {
    return `Port ${port} of ${host} is in use: choose another port.`;
  }
  // As in `Socket "http": bind(): Cannot assign requested address (os error 99)`: what counts is at the end.
  const [, reason] = /^Socket "http": .*[:;] (.*?)(?: \(os error \d+\))?$/m.exec(complaint.trim()) ?? [];
  if (reason !== undefined) return `The sandbox can't listen on port ${port} of "${host}": ${reason}.`;
  const [, tls] = /TLS configuration: (?:unexpected error: )?(.*)/.exec(complaint) ?? [];
  if (tls !== undefined) {
    return `HTTPS can't be served with this certificate and key: ${tls}. The key must be RSA of 2048 bits or more, ECDSA on P-256 or P-384, or Ed25519.`;
  }
  // workerd opens a file or two of its own, beside the objects', before it listens.
  const [, storage] = /SQLite failed; .* = (.*)/.exec(complaint) ?? [];
  if (storage !== undefined) return `The state directory ${stateDirectory} can't be used: ${storage}`;
  return `workerd did not start: ${complaint.trim()}`;
}

/** A host to connect to, as a URL has it, for one to listen on. */
function connectableHost(host: string): string {
  if (host === "0.0.0.0" || host === "*") return "127.0.0.1";
  return inUrl(host === "::" ? "::1" : host);
}

/** A host as a URL has it: an IPv6 address in brackets. */
function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

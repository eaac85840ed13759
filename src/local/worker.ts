import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KeyPair } from "./tls.ts";

/** Where the build puts the Worker: `index.js` and its `settings.json`. */
export const WORKER_DIRECTORY = fileURLToPath(new URL("../../dist/worker/", import.meta.url));

/** What of wrangler.toml the Worker needs to run: the build writes it, workerd's configuration is made of it. */
export interface WorkerSettings {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The static assets, their directory relative to the Worker's. */
  readonly assets?: { readonly binding: string; readonly directory: string } | undefined;
  readonly objects: readonly { readonly binding: string; readonly className: string }[];
}

/** A configuration of workerd in its text format. Source: workerd.capnp, which the workerd package ships. */
export function workerdConfig(options: {
  readonly settings: WorkerSettings;
  /** The directory that the Worker was built into; absolute. */
  readonly workerDirectory: string;
  readonly address: string;
  /** What to serve HTTPS with; undefined for HTTP. */
  readonly tls?: KeyPair | undefined;
  /** The directory that holds the objects' SQLite files; absolute. */
  readonly objectsDirectory: string;
}): string {
  const { settings, workerDirectory, address, tls, objectsDirectory } = options;
  const { assets } = settings;
  const list = (items: readonly string[]) => `[${items.join(", ")}]`;
  const namespaces = settings.objects.map(
    // The unique key is a part of every object's id: another one would lose what is stored.
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`fc-sandbox-${className}`)}, enableSql = true)`,
  );
  const services = [
    `(name = "worker", worker = .worker)`,
    `(name = "objects", disk = (path = ${text(objectsDirectory)}, writable = true))`,
    // Handlers may be on this machine, and the Worker itself holds every address against OUTBOUND_HOSTS.
    `(name = "internet", network = (allow = ${list(hasOutbound(settings) ? [text("public"), text("private")] : [])}, tlsOptions = (trustBrowserCas = true)))`,
    ...(assets
      ? [`(name = "assets", disk = (path = ${text(join(workerDirectory, assets.directory))}))`]
      : []),
  ];
  const bindings = [
    ...(assets ? [`(name = ${text(assets.binding)}, service = "assets")`] : []),
    ...settings.objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries(settings.variables).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
  ];
  const protocol = tls
    ? `https = (options = (), tlsOptions = (keypair = (privateKey = ${text(tls.key)}, certificateChain = ${text(tls.certificate)})))`
    : "http = ()";
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = [(name = "http", address = ${text(address)}, ${protocol}, service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "/index.js")],
  compatibilityDate = ${text(settings.compatibilityDate)},
  compatibilityFlags = ${list(settings.compatibilityFlags.map(text))},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "objects"),
  bindings = ${list(bindings)},
);
`;
}

/** Whether the Worker may send requests at all. */
function hasOutbound({ variables }: WorkerSettings): boolean {
  return (variables["OUTBOUND_HOSTS"] ?? "").trim() !== "";
}

/** A text literal of Cap'n Proto. */
function text(value: string): string {
  const escaped = value.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

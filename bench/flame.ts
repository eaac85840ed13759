/**
 * Draws a flame graph of where a PUT spends its time. V8 samples the Worker's JavaScript under load, through
 * workerd's inspector. `npm run bench:flame` writes docs/images/flame.svg.
 */
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { buildWorker } from "../src/local/buildWorker.ts";
import { type WorkerSettings, workerdConfig } from "../src/local/worker.ts";
import { ended, killGroup, removeDirectory, spawnGroup, temporaryDirectory } from "./ending.ts";
import { configPaths, FUNCTIONS, load } from "./load.ts";

const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SECONDS = 6;
const SAMPLE_MICROSECONDS = 200;

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

async function profiled(): Promise<Profile> {
  const workerDirectory = join(ROOT, "dist/profiled");
  await buildWorker(join(ROOT, "wrangler.toml"), workerDirectory, ["--minify=false"], ended);
  const settings: WorkerSettings = JSON.parse(await readFile(join(workerDirectory, "settings.json"), "utf8"));
  const state = await temporaryDirectory(tmpdir());
  await mkdir(join(state, "objects"));
  const variables = {
    ...settings.variables,
    DEFAULT_SANDBOX: "open",
    LOG_REQUESTS: "off",
    DEFAULT_SANDBOX_IDLE_SECONDS: "0",
    ROOT_SECRET: "flame",
  };
  const config = workerdConfig({
    settings: { ...settings, variables },
    workerDirectory,
    address: "127.0.0.1:0",
    objectsDirectory: join(state, "objects"),
  });
  await writeFile(join(state, "workerd.capnp"), config);
  const options = ["--control-fd=3", "--inspector-addr=127.0.0.1:0", `--import-path=${workerDirectory}`];
  const child = spawnGroup(workerd, ["serve", ...options, join(state, "workerd.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const exited = once(child, "exit");
  try {
    const ports = await listeningPorts(child.stdio[3] as Readable);
    const url = `http://127.0.0.1:${ports.http}`;
    const inspector = await connect(ports.inspector);
    const paths = configPaths(FUNCTIONS);
    await load(url, paths, { seconds: 3 });
    await inspector.send("Profiler.enable");
    await inspector.send("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
    await inspector.send("Profiler.start");
    const { requestsPerSecond } = await load(url, paths, { seconds: SECONDS });
    console.log(`${Math.round(requestsPerSecond)} PUT/s while it was sampled`);
    return (await inspector.send<{ profile: Profile }>("Profiler.stop")).profile;
  } finally {
    if (child.pid !== undefined) killGroup(child.pid);
    await exited;
    await removeDirectory(state);
  }
}

async function listeningPorts(control: Readable): Promise<{ http: number; inspector: number }> {
  let [http, inspector]: (number | undefined)[] = [];
  for await (const line of createInterface({ input: control })) {
    const message: { event: string; socket?: string; port: number } = JSON.parse(line);
    if (message.event === "listen" && message.socket === "http") http = message.port;
    if (message.event === "listen-inspector") inspector = message.port;
    if (http !== undefined && inspector !== undefined) return { http, inspector };
  }
  throw new Error("workerd ended before it listened.");
}

async function connect(port: number) {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
  await once(socket, "open");
  const waiting = new Map<number, (result: never) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result as never);
  });
  let sent = 0;
  return {
    send: <T>(method: string, params: object = {}) =>
      new Promise<T>((resolve) => {
        sent += 1;
        waiting.set(sent, resolve);
        socket.send(JSON.stringify({ id: sent, method, params }));
      }),
  };
}

/** A frame of the graph. Its time includes the frames that it called, in microseconds. */
interface Frame {
  readonly name: string;
  time: number;
  readonly calls: Map<string, Frame>;
}

function framesOf({ nodes, samples, timeDeltas }: Profile): Frame {
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root: Frame = { name: "all", time: 0, calls: new Map() };
  for (const [i, sample] of samples.entries()) {
    const stack: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const name = byId.get(id)?.callFrame.functionName ?? "";
      if (name !== "(root)") stack.unshift(name || "(anonymous)");
    }
    if (stack[0] === "(idle)") continue;
    const time = timeDeltas[i] ?? 0;
    root.time += time;
    let frame = root;
    for (const name of stack) {
      const next: Frame = frame.calls.get(name) ?? { name, time: 0, calls: new Map() };
      next.time += time;
      frame.calls.set(name, next);
      frame = next;
    }
  }
  return root;
}

const [WIDTH, ROW, NARROWEST] = [1200, 18, 1.5];

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function drawn(root: Frame): string {
  const rows: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, left: number, depth: number) => {
    const width = (frame.time / root.time) * WIDTH;
    if (width < NARROWEST) return;
    deepest = Math.max(deepest, depth);
    const share = `${((100 * frame.time) / root.time).toFixed(1)} %`;
    const fits = Math.floor((width - 6) / 6.2);
    const label =
      fits > 2
        ? `<text x="${(left + 3).toFixed(1)}" y="${depth * ROW + 13}">${escaped(frame.name.slice(0, fits))}</text>`
        : "";
    const hue = 18 + ([...frame.name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 28);
    rows.push(
      `<g><title>${escaped(frame.name)}, ${share}</title><rect x="${left.toFixed(1)}" y="${depth * ROW}" width="${Math.max(width - 0.5, 0.5).toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue} 75% 68%)"/>${label}</g>`,
    );
    let at = left;
    for (const call of [...frame.calls.values()].sort((a, b) => b.time - a.time)) {
      draw(call, at, depth + 1);
      at += (call.time / root.time) * WIDTH;
    }
  };
  draw(root, 0, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${(deepest + 1) * ROW}" font-family="ui-monospace, monospace" font-size="10.5">
<title>Where the JavaScript of a PUT spends its time</title>
${rows.join("\n")}
</svg>
`;
}

await writeFile(join(ROOT, "docs/images/flame.svg"), drawn(framesOf(await profiled())));

import { runDurableObjectAlarm, runInDurableObject, SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import { SandboxObject } from "../../../src/objects/sandbox/object.ts";
import { Barrier, callsOf, intercept } from "../../calls.ts";
import { newSandbox, type TestSandbox } from "../../newSandbox.ts";
import { fromAnotherClient, versions } from "../../request.ts";
import { age, functionOf, NOTHING, parentOf, stored } from "../objects.ts";

const { config } = versions[2];

/** A watcher of a sandbox's live feed. */
async function watch({ endpoint, access }: TestSandbox): Promise<WebSocket> {
  const { webSocket } = await SELF.fetch(`${endpoint}/_sandbox/events`, {
    headers: {
      ...fromAnotherClient(),
      Upgrade: "websocket",
      "Sec-WebSocket-Protocol": `fc-sandbox, token.${access.controlToken}`,
    },
  });
  if (!webSocket) throw new Error("no WebSocket");
  webSocket.accept();
  return webSocket;
}

test("watchers that vanished without a close cost one call more, and no other", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  await watch(sandbox);
  await runInDurableObject(parentOf(sandbox), (_, ctx) => {
    Object.defineProperty(ctx, "getWebSockets", { value: () => [] });
  });
  let publications = 0;
  const published = new Barrier();
  await intercept(functionOf(sandbox, "f"), "SANDBOX.publish", async (publish) => {
    publications += 1;
    await publish();
    published.open();
  });
  await sandbox.send("PUT", config("f"));
  await published.wait();
  await sandbox.send("PUT", config("f"));
  expect(publications).toBe(1);
});

/** Opens when a sandbox has dealt with the end of its next watcher. */
async function nextEnd(sandbox: TestSandbox): Promise<Barrier> {
  const ended = new Barrier();
  await runInDurableObject(parentOf(sandbox), (object) => {
    const webSocketClose = async (socket: WebSocket) => {
      await SandboxObject.prototype.webSocketClose.call(object, socket);
      ended.open();
    };
    Object.assign(object, { webSocketClose });
  });
  return ended;
}

test("functions are told when the first watcher comes and when the last one goes", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  const calls = await callsOf(parentOf(sandbox));
  const watchers = [await watch(sandbox), await watch(sandbox)];
  expect(calls).toEqual(["FUNCTION.accept"]);
  const ends: string[][] = [];
  for (const watcher of watchers) {
    const ended = await nextEnd(sandbox);
    watcher.close();
    await ended.wait();
    ends.push([...calls]);
  }
  expect(ends).toEqual([["FUNCTION.accept"], ["FUNCTION.accept", "FUNCTION.accept"]]);
});

test("an erasure ends the feed, and neither that nor a late request makes tables anew", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", config("f"));
  const [entry] = (await sandbox.requests.list()).requests;
  if (!entry) throw new Error("no entry");
  const watcher = await watch(sandbox);
  const code = new Promise<number>((resolve) => {
    watcher.addEventListener("close", (event) => resolve(event.code));
  });
  const ended = await nextEnd(sandbox);
  await age(sandbox);
  expect(await runDurableObjectAlarm(parentOf(sandbox))).toBe(true);
  expect(await code).toBe(1001);
  watcher.close();
  await ended.wait();
  expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
  await parentOf(sandbox).publish({ type: "request", entry });
  expect(await stored(parentOf(sandbox))).toEqual(NOTHING);
});

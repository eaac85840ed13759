import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Functions } from "../../../src/objects/sandbox/functions.ts";
import { SandboxStore } from "../../../src/objects/sandbox/store.ts";
import { sandboxObject } from "../../../src/objects/stubs.ts";

test("functions are asked to deregister only when no push is under way or waits before that", async () => {
  await runInDurableObject(sandboxObject(env, "functions"), async (_, state) => {
    const store = new SandboxStore(state.storage, () => env, { source: "functions", flushSoon: () => {} });
    store.directory.add({ service: "", function: "f" });
    store.set("version", 1);
    const calls: string[] = [];
    let later: Promise<unknown> | undefined;
    const slowFunction = {
      async accept() {
        calls.push("accept");
        await state.storage.sync();
        // While the first push is under way another one comes, and then a PUT that wants a place.
        if (later === undefined) {
          store.set("version", 2);
          store.set("versionForAll", 2);
        }
        later ??= Promise.all([functions.push(), functions.deregisterEmpty()]);
        await state.storage.sync();
        calls.push("accepted");
      },
      async deregister() {
        calls.push("deregister");
      },
    };
    const functions = new Functions(
      store,
      () => slowFunction as unknown as ReturnType<Functions["objectOf"]>,
      () => {},
    );
    await functions.push();
    await later;
    expect(calls).toEqual(["accept", "accepted", "accept", "accepted", "deregister"]);
  });
});

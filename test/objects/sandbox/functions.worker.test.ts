import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Members } from "../../../src/objects/sandbox/functions.ts";
import { SandboxStore } from "../../../src/objects/sandbox/store.ts";
import { sandboxObject } from "../../../src/objects/stubs.ts";

test("functions are asked to leave only when no push is under way or waits before that", async () => {
  await runInDurableObject(sandboxObject(env, "members"), async (_, state) => {
    const store = new SandboxStore(state.storage, env, "members");
    store.directory.add({ service: "", function: "f" });
    const calls: string[] = [];
    let later: Promise<unknown> | undefined;
    const slowFunction = {
      async accept() {
        calls.push("accept");
        await state.storage.sync();
        // While the first push is under way another one comes, and then a PUT that wants a place.
        later ??= Promise.all([members.push(), members.dismissEmpty()]);
        await state.storage.sync();
        calls.push("accepted");
      },
      async leave() {
        calls.push("leave");
      },
    };
    const members = new Members(store, () => slowFunction as unknown as ReturnType<Members["objectOf"]>);
    await members.push();
    await later;
    expect(calls).toEqual(["accept", "accepted", "accept", "accepted", "leave"]);
  });
});

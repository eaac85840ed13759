import { effect } from "@preact/signals";
import { titleOf } from "../configs/configs.ts";
import { invocationNamed } from "../invocations/invocations.ts";
import { subjectOf } from "../requests/entries.ts";
import { isPlain, route } from "../route.ts";
import { configs, isFrontPage, requests, sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** Keeps the title of the browser's tab in step with what the page shows. */
export function followTitle(): void {
  effect(() => {
    const { view } = route.value;
    const sandbox = isFrontPage.value ? "" : sandboxId.value;
    const parts = [openTitle(), isPlain.value ? "" : text().views[view], sandbox, "fc-sandbox"];
    document.title = parts.filter(Boolean).join(" · ");
  });
}

/** What is open, in short; empty when nothing is. */
function openTitle(): string {
  const { view, id } = route.value;
  if (id === undefined) return "";
  if (view === "configs") {
    const config = configs.value.get(id);
    return config ? titleOf(config) : id.split("/").filter(Boolean).join(" / ");
  }
  if (view === "invocations") return invocationNamed(id).function;
  if (view === "requests") {
    const seen = requests.value.find(({ requestId }) => requestId === id);
    return seen ? `${seen.method} ${subjectOf(seen)}` : id;
  }
  return id;
}

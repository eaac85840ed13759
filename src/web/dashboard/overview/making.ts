import { createSandbox } from "../../../client/index.ts";
import { endpoint } from "../address.ts";
import { linkTo } from "../token.ts";
import { rememberSandbox } from "./recent.ts";

/** Makes a sandbox, by an invitation where the server wants one, remembers it where that is allowed, and opens its page. */
export async function makeSandbox(label: string, invitation: string): Promise<void> {
  // The page of any sandbox makes one on its own server, whose path may have a prefix.
  const { access } = await createSandbox(endpoint, {
    ...(label === "" ? {} : { label }),
    ...(invitation === "" ? {} : { invitation }),
  });
  const link = linkTo(access.endpoint, access.controlToken);
  rememberSandbox({ id: access.id ?? "", link, madeAt: new Date().toISOString() });
  location.assign(link);
}

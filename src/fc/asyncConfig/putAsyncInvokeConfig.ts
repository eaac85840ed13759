import { ok } from "../../lib/result.ts";
import { parseJson } from "../body.ts";
import type { Handler } from "../request.ts";
import { type GivenItems, parseItems } from "./schema.ts";

/** Creates a config, or merges the items given into the one there is. */
export interface PutAsyncInvokeConfig {
  readonly operation: "PutAsyncInvokeConfig";
  readonly given: GivenItems;
}

export const putAsyncInvokeConfig: Handler<PutAsyncInvokeConfig> = {
  read(request, version) {
    const { body } = request;
    if (!body.ok) return body;
    const json = parseJson(request.header("Content-Type"), body.value);
    if (!json.ok) return json;
    const given = parseItems(version, json.value);
    return given.ok ? ok({ operation: "PutAsyncInvokeConfig", given: given.value }) : given;
  },
};

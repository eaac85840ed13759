import { ok } from "../../lib/result.ts";
import { parsePageRequest } from "../paging.ts";
import type { ResourceHandler } from "../resources.ts";

// What the sandbox has none of, but tools list on their way: they find nothing to deploy or to remove.
// Source: the calls of Serverless Devs.

/** The item of the response that holds the list, by operation. */
export const emptyListItems = {
  ListTriggers: "triggers",
  ListProvisionConfigs: "provisionConfigs",
  ListScalingConfigs: "scalingConfigs",
  ListConcurrencyConfigs: "configs",
  ListVpcBindings: "vpcIds",
} as const;

type ListName = keyof typeof emptyListItems;

/** Reads a list that is always empty. */
export interface EmptyList<N extends ListName> {
  readonly operation: N;
}

function emptyList<N extends ListName>(operation: N): ResourceHandler<EmptyList<N>> {
  return {
    read({ query }) {
      const page = parsePageRequest(query("limit"), query("nextToken"));
      return page.ok ? ok({ operation }) : page;
    },
    perform: () => ({ outcome: ok({ [emptyListItems[operation]]: [] }) }),
  };
}

export const emptyLists = {
  ListTriggers: emptyList("ListTriggers"),
  ListProvisionConfigs: emptyList("ListProvisionConfigs"),
  ListScalingConfigs: emptyList("ListScalingConfigs"),
  ListConcurrencyConfigs: emptyList("ListConcurrencyConfigs"),
  ListVpcBindings: emptyList("ListVpcBindings"),
};

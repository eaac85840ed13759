import * as z from "zod/mini";
import { decimal } from "../bodyItems.ts";
import { description, list, nameSchema, object, text } from "../itemSchemas.ts";

const WEIGHT = "a number from 0 to 1";

const additionalVersionWeight = z.record(z.string(), decimal(0, 1, WEIGHT), {
  error: "an object with a weight for each version",
});

const policyItem = object({ type: text(), key: text(), value: text(), operator: text() });

/** The items of an alias, besides its name. Sources: CreateAlias of 2021-04-06 and of 2023-03-30. */
export const aliasItems = {
  versionId: nameSchema,
  description,
  additionalVersionWeight,
} as const;

/** The items that only FC 2.0 has. */
export const fc2AliasItems = {
  ...aliasItems,
  resolvePolicy: z.enum(["Random", "Content"], { error: "Random or Content" }),
  routePolicy: object({ condition: text(), policyItems: list(policyItem) }),
} as const;

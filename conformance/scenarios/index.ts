import * as z from "zod/mini";
import { type Scenario, scenarioSchema } from "../scenario.ts";
import { errors } from "./errors.ts";
import { invocations } from "./invocations.ts";
import { items } from "./items.ts";
import { lifeCycle } from "./lifeCycle.ts";
import { merging } from "./merging.ts";
import { naming } from "./naming.ts";
import { paging } from "./paging.ts";
import { resources } from "./resources.ts";

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = z
  .array(scenarioSchema)
  .parse([...lifeCycle, ...merging, ...items, ...naming, ...paging, ...errors, ...resources, ...invocations]);

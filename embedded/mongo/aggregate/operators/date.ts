/** All operators on dates. */
import type { OperatorTable } from "../evaluator.js";
import { dateFormatOperators } from "./dateFormat.js";
import { dateMathOperators } from "./dateMath.js";
import { datePartOperators } from "./dateParts.js";

export const dateOperators: OperatorTable = { ...datePartOperators, ...dateFormatOperators, ...dateMathOperators };

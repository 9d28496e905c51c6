import type { SimulatedKind } from "../../../../src/wire/simulator.js";

export type SimulatedName = SimulatedKind;

/** What the simulator can play, in the order of the menu. */
export const simulatedKindNames: readonly SimulatedName[] = ["whatsapp", "telegram", "messenger", "http"];

/** Whether the simulator can play a kind. */
export const isSimulated = (kind: string): kind is SimulatedName => simulatedKindNames.some((one) => one === kind);

import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

const merge = extendTailwindMerge({
  extend: { classGroups: { "font-size": [{ text: ["ui", "message", "meta", "section", "title", "figure"] }] } },
});

/** Joins class names; of two that contradict each other the later one counts. */
export const cx = (...classes: ClassValue[]): string => merge(clsx(classes));

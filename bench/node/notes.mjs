// What the table says below a figure that misses its target: what was tried and what bounds it. By the id of the figure.
export const notes = {};

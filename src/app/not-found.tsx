/** Where an area's own layout says that there is no such page; addresses that match nothing get the same. */
export { default } from "#app/global-not-found.tsx";

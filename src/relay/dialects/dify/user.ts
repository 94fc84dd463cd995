/** Whom the app is asked for; its memory of users is of no use where every request brings its own history. */
export const USER = "modelmart";

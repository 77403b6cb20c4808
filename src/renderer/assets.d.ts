/** Style sheets are taken up by the build; nothing is imported from them. */
declare module '*.css';

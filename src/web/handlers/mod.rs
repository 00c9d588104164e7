//! What answers a request: a file for each subject, with the methods of `Pages` that read what was
//! asked or sent, ask the store or have it do something, and have a page drawn. Which page a path
//! means is in `route`, who may ask for it is decided in `pages`, and how it looks is the page's own
//! affair. What answers programs is in `api`.

mod account;
mod article;
mod changing;
mod lists;
mod opening;
mod records;
mod rescue;
mod sign_in;
mod status;
mod ticket;
mod writing;

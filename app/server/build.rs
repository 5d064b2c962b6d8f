//! Lists the files of the built web application, so that they are compiled into the binary. Without `web/build` the list
//! is empty and the binary serves its start page. Never here: building them (`script/`).

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    // Asked when it runs: a checkout may use the build script that another one has compiled.
    let folder = told_by_cargo("CARGO_MANIFEST_DIR")?.join("../../web/build");
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rerun-if-changed={}", folder.join("index.html").display());
    let mut files = Vec::new();
    if folder.is_dir() {
        let folder = folder.canonicalize()?;
        collect(&folder, &folder, &mut files)?;
    }
    files.sort();
    let mut code = String::from("static FILES: &[Asset] = &[\n");
    for (path, file) in &files {
        let packed = |extension: &str| {
            let packed = PathBuf::from(format!("{}.{extension}", file.display()));
            if packed.is_file() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() }
        };
        let _ = writeln!(
            code,
            "    Asset {{ path: {path:?}, content_type: {:?}, plain: include_bytes!({file:?}), brotli: {}, gzip: {}, \
             is_immutable: {} }},",
            content_type(path),
            packed("br"),
            packed("gz"),
            path.starts_with("/_app/immutable/"),
        );
    }
    code.push_str("];\n");
    std::fs::write(told_by_cargo("OUT_DIR")?.join("web_files.rs"), code)
}

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folders this way only")]
fn told_by_cargo(name: &str) -> io::Result<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("cargo sets {name}")))
}

/// Address and place of every file but the packed forms of others.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_none_or(|extension| extension != "br" && extension != "gz") {
            let inside = path.strip_prefix(root).map_err(io::Error::other)?;
            files.push((format!("/{}", inside.display()), path));
        }
    }
    Ok(())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

//! A file that appears only when it is complete: written beside its place, then moved there.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// A file on its way to its place; gone if it doesn't get there.
#[derive(Debug)]
pub(super) struct Destination {
    file: BufWriter<File>,
    written: PathBuf,
    place: PathBuf,
    arrived: bool,
}

impl Destination {
    /// Begins a file that will take this place.
    ///
    /// # Errors
    /// When the folder can't be written to, or another run is writing there.
    pub(super) fn beside(place: &Path) -> Result<Self, Failure> {
        let failed = |error: &io::Error| unplaced(place, error);
        let Some(name) = place.file_name().filter(|_| !place.is_dir()) else {
            return Err(failed(&io::ErrorKind::IsADirectory.into()));
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let written = place.with_file_name(hidden);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // An export is for whoever took it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&written).map_err(|error| failed(&error))?;
        Ok(Self {
            file: BufWriter::new(file),
            written,
            place: place.to_owned(),
            arrived: false,
        })
    }

    /// Completes the file and moves it to its place, over what was there.
    ///
    /// # Errors
    /// When it can't be completed or moved; what was there stays.
    pub(super) fn take_its_place(mut self) -> Result<(), Failure> {
        let moved = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .and_then(|()| fs::rename(&self.written, &self.place));
        moved.map_err(|error| unplaced(&self.place, &error))?;
        self.arrived = true;
        Ok(())
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if !self.arrived {
            // Nothing can be done about a file that can't be removed, and its name says what it is.
            let _ = fs::remove_file(&self.written);
        }
    }
}

fn unplaced(place: &Path, error: &io::Error) -> Failure {
    Failure::usage(
        format!("The file {} can't be written: {error}.", place.display()),
        "Check the path after --to, the rights on its folder, and the space left.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for a test, gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            let name = format!("nabij-admin-{test}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir(&folder).unwrap();
            Self(folder)
        }

        fn files(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name());
            names.map(|name| name.into_string().unwrap()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_appears_when_it_is_complete() {
        let folder = Folder::new("complete");
        let place = folder.0.join("signals.csv");
        fs::write(&place, "old").unwrap();
        let mut destination = Destination::beside(&place).unwrap();
        destination.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        destination.take_its_place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
        assert_eq!(folder.files(), ["signals.csv"]);
    }

    #[test]
    fn a_broken_run_leaves_nothing_behind() {
        let folder = Folder::new("broken");
        let place = folder.0.join("signals.csv");
        let mut destination = Destination::beside(&place).unwrap();
        destination.write_all(b"half").unwrap();
        drop(destination);
        assert!(folder.files().is_empty());
    }

    #[test]
    fn a_place_that_cannot_be_is_refused() {
        let folder = Folder::new("refused");
        let directory = Destination::beside(&folder.0).unwrap_err();
        assert!(directory.what.contains("can't be written"));
        let nowhere = folder.0.join("nowhere").join("signals.csv");
        assert!(Destination::beside(&nowhere).is_err());
    }
}

//! The addresses of the page's own files.

/// Versions of the three built files, put into their addresses so that they may be cached for ever. The server
/// provides it as a context; without one the addresses carry no version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetVersions {
    /// Of `/pkg/netbox-chatbox.js`.
    pub script: String,
    /// Of `/pkg/netbox-chatbox.wasm`.
    pub wasm: String,
    /// Of `/pkg/netbox-chatbox.css`.
    pub style: String,
}

impl AssetVersions {
    /// The address of the JavaScript that loads the WebAssembly.
    pub fn script_address(&self) -> String {
        address("js", &self.script)
    }

    /// The address of the WebAssembly.
    pub fn wasm_address(&self) -> String {
        address("wasm", &self.wasm)
    }

    /// The address of the style sheet.
    pub fn style_address(&self) -> String {
        address("css", &self.style)
    }
}

fn address(extension: &str, version: &str) -> String {
    if version.is_empty() {
        format!("/pkg/netbox-chatbox.{extension}")
    } else {
        format!("/pkg/netbox-chatbox.{extension}?v={version}")
    }
}

#[cfg(test)]
mod tests {
    use super::AssetVersions;

    #[test]
    fn an_address_carries_its_version_only_where_there_is_one() {
        let versions = AssetVersions { script: "1f".into(), ..AssetVersions::default() };
        assert_eq!(versions.script_address(), "/pkg/netbox-chatbox.js?v=1f");
        assert_eq!(versions.style_address(), "/pkg/netbox-chatbox.css");
    }
}

//! The simulation's key pairs, which are always the same, so that devices have the same ids in every run. Signatures are
//! real and differ from run to run; nothing but their bytes, and the chains over them, depends on them.

use data_encoding::HEXLOWER;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::ids::DeviceId;

/// PKCS#8 of a P-256 key pair: this, the private scalar, `MIDDLE`, the public point.
const PREFIX: &str = "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
const MIDDLE: &str = "a144034200";

/// Private scalars and public points. They protect nothing.
const PAIRS: [(&str, &str); 14] = [
    (
        "1c79a857ee15a9e001c4df73f16fd38e91166d80dab2e397df2442aa7f4207e8",
        "04f63e5958c6e169e0c12cc171e6557856ab6f71d88c1284bea76d0eba6f07c331\
         b6141b2df98e7b67808fd7dbbe91ba8f5d73071df50b337f4139f634ca9ab17f",
    ),
    (
        "89f8bf9a0984db335bb13239431ce2b366c2701b40b69d9ab078b3ab2ab845dc",
        "04258ecf6f074cbe5cfebe55568948022fd2bd30a953bc543f9f143d9a534d127f\
         1bca88b0f769700e05c6886074825d0621a393c461059571306461c6c3712502",
    ),
    (
        "94be15bb9b1250a378865e8fc6a7f6944ef8e84c761ee5b7b7d4fc9a0609eb1a",
        "045ffdfe7dc7f666764fb187c17b3cd4fe8ce7c8e11154d76280e458673a56396a\
         8912e4c2aef166859d70daf9e688fae6fec858a1bdb479edc27ba4b5e979ef46",
    ),
    (
        "8b68723d443966f5b30f99254f2e800044777764507802c1ebc66c8ceddf51bf",
        "04a90d21538e37a798aaf1c308f9101d6b13f94dcf86dd0f8a471a825b96c0aedb\
         67feaf6282e0a46a5ad345b33576aed8868d9399c8b4f80ebd8c066a1a97b7b6",
    ),
    (
        "cd6c43f2aae6be81c4903a75d7161d6b0498dd6a41b4ff634be1c9001f677866",
        "049f597343d8e372315b14082e2b78f9b155f5588fe7137fc61e2ca610746138e7\
         bd1e3240ae0603ecff3930bb9b814bcb6a2d4b19594e33c96f6e6e97a800b985",
    ),
    (
        "3fb0e7978b507e872a470822f4f6d4b4a8bb9a9c4475e5f63c95d92af7d46bf9",
        "04bb9f8e7fbcce0687ef2b586c8013fdc60d4173c877274d1970fa571c1d62d7f8\
         70e6a98b3ee979c8766f3f95104a503bdb0cf1e7acbc02cb4b49e08121696712",
    ),
    (
        "d3759ae1e853cd5558828320c22632556ce751639da480a10cda77b4121a91a1",
        "040965cc7f9692ff4a9035fa186dfb23615cc115ed02bf7e15d2806bffcb7713f8\
         2200916af468516936a61609b65d35c4b578b4c0736ebb84273f60ef4c5125b1",
    ),
    (
        "0b06dbd17d023fc2b8a82d95e1dd149462f9c683e58b1c80a8fad805805bf77b",
        "04ed7a56c31b2ee6a2213638c000f46345a09922d011d717d74543cd5ba731030d\
         93d01f778bf7b5a9de183a7cbfbfccad78c60d697612c78ef7edd8f85bd5f6e9",
    ),
    (
        "14ed6df5f57465d1acb7050147aa3c02e847117732e15aa0f5e4cf479101f802",
        "04130a582e1f0a945e56672dc9c4aecd24bbfa5ab67e7ff4aa47a025edaac4c4d4\
         9f8f6dfaf04339a1013a0f08a51a11eeb2aa7a1ca67b99b38d05715d8ea3b0ee",
    ),
    (
        "92090dce35fbb7e978c75f79ac03faf5fb1d261a8ff6b04fc6ab27f12e3a1173",
        "0421c5c42fed8207ec5dba355b0030aca53e8818e8e463807935c07a9cc6265fe3\
         7d5e5417039062aac2918246becc42a4142a61d6fd20455e6e27b4f0fb11d69d",
    ),
    (
        "b2f343cd4253309b083a56b62a1008282117e705e894ae66fc91a1cfe2be8189",
        "04909b55c09fda34b72a9b8e0cef2efcd97da7a8b641e9f7a3c56197feb55088a8\
         f79d57da548a4c48346a281416f638b485307e4d3ce3a4313af46d801d2ea0ef",
    ),
    (
        "fa8198f310f09c1dad28998ff87f4495388b065ab0c71ce1f00181895951d76d",
        "04b29cb0ba6c5507a6b9c6f15a07d821f38cd7fd198de5202d82ed75753c483dd4\
         fc3de3c00f6283540f0b0d3aa91a38a983d230f2de58e641707c95ca55a7c785",
    ),
    (
        "ea8d1e79137ca94358d8578a4e81d011ac431a3bc739e8131b682e52fedd96b2",
        "048befb15c8d6f3cf7aa406dce4e3bb7d9be2554947f7c0e5458d7df35552b5dae\
         5b69dba6b071488f0e6538b1d6b486ec8576554da28d8d0eeab9e6744c46a1b6",
    ),
    (
        "65a4ff752179cca378ab9ea9ba4db8b49c25f587834398e7aa6356abae02716b",
        "04a171ecf3d3af0447a0be4ddbbdce49a29b346b9f6217713a1a6de346b7f069e2\
         8b347738509ff20c0bb101fe3387d72a9ec77cebeef1dbef77d90ec658267a6e",
    ),
];

/// A key pair.
#[derive(Debug)]
pub struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// Key pairs that there are.
pub const KEYS: usize = PAIRS.len();

/// PKCS#8 of a key pair.
pub fn pkcs8(number: usize) -> Vec<u8> {
    let (scalar, point) = PAIRS[number];
    HEXLOWER.decode(format!("{PREFIX}{scalar}{MIDDLE}{point}").as_bytes()).expect("hexadecimal digits")
}

impl Key {
    /// A key pair by its number.
    pub fn new(number: usize) -> Self {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8(number), &random);
        Self { pair: pair.expect("a constant"), random }
    }

    /// The public key: an uncompressed point.
    pub fn public_key(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    /// The device that has this key.
    pub fn device(&self) -> DeviceId {
        DeviceId::of_public_key(self.pair.public_key().as_ref())
    }

    /// Signs.
    pub fn sign(&self, claim: &[u8]) -> Vec<u8> {
        self.pair.sign(&self.random, claim).expect("the system gives randomness").as_ref().to_vec()
    }
}

//! FIT files byte by byte, for what an encoder would never write: invalid values, other byte orders, odd messages.
//! Never here: reading.

/// A field's value, in the base type that a device would choose.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is {
    Enum(u8),
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
}

impl Is {
    fn base_type(self) -> u8 {
        match self {
            Self::Enum(_) => 0x00,
            Self::I8(_) => 0x01,
            Self::U8(_) => 0x02,
            Self::I16(_) => 0x83,
            Self::U16(_) => 0x84,
            Self::I32(_) => 0x85,
            Self::U32(_) => 0x86,
        }
    }

    fn bytes(self, is_big_endian: bool) -> Vec<u8> {
        let mut bytes = match self {
            Self::Enum(value) | Self::U8(value) => vec![value],
            Self::I8(value) => value.to_le_bytes().to_vec(),
            Self::U16(value) => value.to_le_bytes().to_vec(),
            Self::I16(value) => value.to_le_bytes().to_vec(),
            Self::U32(value) => value.to_le_bytes().to_vec(),
            Self::I32(value) => value.to_le_bytes().to_vec(),
        };
        if is_big_endian {
            bytes.reverse();
        }
        bytes
    }
}

/// A FIT sequence in the making: messages in, bytes out.
#[derive(Debug, Clone, Default)]
pub(crate) struct FitBytes {
    data: Vec<u8>,
    is_big_endian: bool,
}

impl FitBytes {
    /// A sequence that says it is an activity.
    pub(crate) fn activity() -> Self {
        Self::default().message(0, &[(0, Is::Enum(4))])
    }

    /// The same with numbers the other way round.
    pub(crate) fn big_endian_activity() -> Self {
        Self { is_big_endian: true, ..Self::default() }.message(0, &[(0, Is::Enum(4))])
    }

    /// A definition of local message 0, and one message of it. Fields are by number.
    pub(crate) fn message(self, global: u16, fields: &[(u8, Is)]) -> Self {
        self.define(0, global, fields).values(0x00, fields)
    }

    /// A definition message. Only the types of the fields count.
    pub(crate) fn define(mut self, local: u8, global: u16, fields: &[(u8, Is)]) -> Self {
        self.data.extend([0x40 | local, 0, u8::from(self.is_big_endian)]);
        self.data.extend(Is::U16(global).bytes(self.is_big_endian));
        self.data.push(fields.len() as u8);
        for (number, value) in fields {
            self.data.extend([*number, value.bytes(false).len() as u8, value.base_type()]);
        }
        self
    }

    /// A data message under this header byte.
    pub(crate) fn values(mut self, header: u8, fields: &[(u8, Is)]) -> Self {
        self.data.push(header);
        for (_, value) in fields {
            self.data.extend(value.bytes(self.is_big_endian));
        }
        self
    }

    /// Bytes as they are.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.data.extend(bytes);
        self
    }

    /// The sequence with its header and checksums.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut file = vec![14, 0x20, 0x5c, 0x08];
        file.extend((self.data.len() as u32).to_le_bytes());
        file.extend(b".FIT");
        file.extend(checksum(&file).to_le_bytes());
        let data_checksum = checksum(&self.data);
        file.extend(self.data);
        file.extend(data_checksum.to_le_bytes());
        file
    }
}

/// The FIT protocol's CRC-16 (polynomial 0xA001, bit by bit).
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xa001 } else { 0 })
    })
}
